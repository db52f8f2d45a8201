import NIOCore
import NIOPosix
import NIOSSL

/// A conversation with the server that did not come about, or broke off.
public enum ConnectionError: Error, Sendable, Hashable {
  /// No connection: nobody listens, no such host, no way there.
  case unreachable(String, reason: String)
  /// It has another certificate than the one that was pinned, or one that nobody vouches for.
  case untrusted(String, reason: String)
  /// Somebody answered who is no Banyan server.
  case notBanyan(String, reason: String)
  /// The connection ended before the answer: whether the request was done is unknown.
  case broken(String, reason: String)
  /// No answer in time: whether the request was done is unknown.
  case silent(String, seconds: Int64)
  /// There is no connection at the moment.
  case notConnected(String)
  /// A message above the limit, in bytes.
  case messageTooLarge(bytes: Int, limit: Int)
}

extension ConnectionError: CustomStringConvertible {
  /// A sentence for a person.
  public var description: String {
    switch self {
    case .unreachable(let server, let reason): "no server can be reached at \(server): \(reason)"
    case .untrusted(let server, let reason): "the server at \(server) can't be trusted: \(reason)"
    case .notBanyan(let server, let reason): "what answers at \(server) is no Banyan server: \(reason)"
    case .broken(let server, let reason): "the connection to \(server) broke off before the answer: \(reason)"
    case .silent(let server, let seconds): "the server at \(server) did not answer within \(seconds) s"
    case .notConnected(let server): "there is no connection to \(server) at the moment"
    case .messageTooLarge(let bytes, let limit): "a message of \(bytes) bytes, at most \(limit) can be sent"
    }
  }
}

extension ConnectionError {
  /// What a failed attempt to connect means.
  static func connecting(to address: ServerAddress, failed error: any Error) -> ConnectionError {
    switch error {
    case let error as ConnectionError: return error
    case let error as NIOConnectionError: return .unreachable("\(address)", reason: reason(error))
    case let error as NIOSSLError: return securing(address, failed: error)
    case let error as NIOSSLExtraError: return securing(address, failed: error)
    case let error as BoringSSLError: return securing(address, failed: error)
    default: return .unreachable("\(address)", reason: reason(error))
    }
  }

  /// What a TLS handshake that failed means.
  static func securing(_ address: ServerAddress, failed error: any Error) -> ConnectionError {
    let words = "\(error)"
    if words.contains("WRONG_VERSION_NUMBER") || words.contains("HTTP_REQUEST") {
      return .notBanyan("\(address)", reason: "it doesn't speak TLS; is it http:// rather than https://?")
    }
    if words.contains("CERTIFICATE_VERIFY_FAILED") {
      return .untrusted(
        "\(address)",
        reason: "nobody vouches for its certificate, and it isn't the one whose fingerprint the access folder tells")
    }
    return .untrusted("\(address)", reason: words)
  }

  /// What the end of a standing connection means.
  static func talking(to address: ServerAddress, failed error: any Error) -> ConnectionError {
    switch error {
    case let error as ConnectionError: error
    // The handshake of TLS comes after the connection, with the first words.
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: securing(address, failed: error)
    default: .broken("\(address)", reason: reason(error))
    }
  }

  private static func reason(_ error: NIOConnectionError) -> String {
    // One line for each kind of failure: several addresses of a host mostly fail alike.
    var reasons: [String] = []
    for failure in error.connectionErrors {
      let text = reason(failure.error)
      if !reasons.contains(text) { reasons.append(text) }
    }
    if reasons.isEmpty { return "the host '\(error.host)' is not known" }
    return reasons.joined(separator: "; ")
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as IOError: ErrnoText.of(error.errnoCode)
    case ChannelError.connectTimeout(let limit): "no answer within \(limit.nanoseconds / 1_000_000_000) s"
    case ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed, ChannelError.eof: "the other side closed it"
    default: "\(error)"
    }
  }
}
