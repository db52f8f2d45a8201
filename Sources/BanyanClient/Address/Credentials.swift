internal import BanyanWire

/// Who a client is and where it goes.
public struct Credentials: Sendable {
  /// Where the server listens.
  public var address: ServerAddress
  /// The user's token; none for a server that is open.
  public var token: String?
  /// The SHA-256 digest of the certificate that the server must show, in hex, where it is pinned.
  public var fingerprint: String?
  /// Which server it is, where its word in the access folder says so; see ``AccessFolder/Origin/identity``.
  public var serverIdentity: String?

  /// A client's way to its server.
  public init(address: ServerAddress, token: String?, fingerprint: String? = nil, serverIdentity: String? = nil) {
    self.address = address
    self.token = token
    self.fingerprint = fingerprint
    self.serverIdentity = serverIdentity
  }

  /// The value of the `Authorization` header.
  var authorization: String? {
    token.map { "Basic " + Base64.text(of: Array("\($0):".utf8)) }
  }
}

extension Credentials: CustomStringConvertible {
  /// The address alone: a token never gets into a log.
  public var description: String { "\(address)" }
}
