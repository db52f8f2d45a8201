import BanyanCore
import HTTPTypes

/// The checks that stand before every request and every handshake: who asks, and from which page.
struct RequestGuard: Sendable {
  let gatekeeper: Gatekeeper
  /// Origins beside the server's own, as `https://example.org`.
  var allowedOrigins: Set<String> = []
  /// The server itself speaks TLS: a page that came without is not its own. (In front of one that doesn't a proxy may.)
  var isSecure = false

  /// Whoever is on this machine is let in.
  var isOpen: Bool { gatekeeper.openProvider != nil }

  /// The user of a request; nil where no token came.
  /// - Parameter authorization: the header of that name.
  func user(_ authorization: String?, from address: String) throws(RequestError) -> User? {
    switch gatekeeper.judge(authorization, from: address) {
    case .known(let user): return user
    case .anonymous: return nil
    case .unknown: throw unauthorized
    case .tooMany:
      throw RequestError(.tooManyRequests, gatekeeper.tooManyRefusal, headers: [.retryAfter: "60"])
    }
  }

  /// The one answer to every token that is refused.
  var unauthorized: RequestError {
    RequestError(.unauthorized, gatekeeper.refusal, headers: RequestError.challenge)
  }

  /// Refuses what another page made a browser send, and, where everybody is let in, names that don't mean this machine
  /// (a page whose name was pointed at loopback would have them).
  func check(host: String?, origin: String?) throws(RequestError) {
    if isOpen, !Self.isLoopback(host ?? "") {
      throw RequestError(
        .forbidden, "This server is open to its own machine: Host must be localhost, 127.0.0.1 or [::1].")
    }
    guard let origin, !allowedOrigins.contains(origin) else { return }
    guard let host, let authority = authority(of: origin), authority.lowercased() == host.lowercased() else {
      throw RequestError(
        .forbidden, "A page of \(origin.prefix(128)) may not ask here; the server's --allow-origin could let it.")
    }
  }

  private func authority(of origin: String) -> Substring? {
    for scheme in isSecure ? ["https://"] : ["http://", "https://"] where origin.hasPrefix(scheme) {
      return origin.dropFirst(scheme.count)
    }
    return nil
  }

  /// Whether a `Host` names this machine, with or without a port.
  static func isLoopback(_ host: String) -> Bool {
    let name: Substring
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
      name = host[...end]
    } else {
      name = host.prefix { $0 != ":" }
    }
    if name.lowercased() == "localhost" || name == "[::1]" { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}

extension RequestError {
  /// What a 401 says of how to do it right.
  static let challenge: HTTPFields = [.wwwAuthenticate: "Basic realm=\"banyan\", charset=\"UTF-8\", Bearer"]
}

extension RequestGuard {
  /// Judges WebSocket handshakes. Who brings no token, as browsers must, is let in to say who it is.
  func upgradePolicy(path: String = "/ws") -> UpgradePolicy {
    { handshake in
      if let fault = handshake.fault(path: path) { return .refuse(fault) }
      do throws(RequestError) {
        try check(host: handshake.host, origin: handshake.origin)
        let user = try user(handshake.authorization, from: handshake.remoteAddress)
        return .accept(
          principal: user, isAnonymous: user != nil && handshake.authorization == nil,
          subprotocol: handshake.agreedSubprotocol)
      } catch {
        return .refuse(error)
      }
    }
  }
}
