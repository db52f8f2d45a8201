import BanyanCore

extension Credentials {
  /// Finds the server and the token: what a flag says, else the environment (`BANYAN_SERVER`, `BANYAN_TOKEN`), else
  /// the access folder.
  ///
  /// The fingerprint and the identity in the folder are the folder's server's alone.
  /// - Parameters:
  ///   - server: an address, as a flag gives it.
  ///   - tokenFile: the path of a file that holds a token, as a flag gives it.
  public static func found(
    for role: AccessFolder.Role, server: String? = nil, tokenFile: String? = nil, environment: TextMap
  ) throws -> Credentials {
    let folder = AccessFolder(environment: environment)
    let token: String?
    if let tokenFile {
      token = try AccessFolder.token(inFile: tokenFile)
    } else if let given = environment["BANYAN_TOKEN"], !given.isEmpty {
      token = given
    } else {
      token = try folder?.token(role)
    }
    if let server { return try named(server, token, folder) }
    if let server = environment["BANYAN_SERVER"], !server.isEmpty { return try named(server, token, folder) }
    guard let access = try folder?.access() else { throw NoServerKnown(accessPath: folder?.accessPath) }
    return Credentials(
      address: access.address, token: token, fingerprint: access.fingerprint, serverIdentity: access.origin?.identity)
  }

  private static func named(_ server: String, _ token: String?, _ folder: AccessFolder?) throws -> Credentials {
    let address = try ServerAddress(server)
    // A folder that can't be read matters only to those who rely on it.
    let access = try? folder?.access()
    let isKnown = access?.address == address
    return Credentials(
      address: address, token: token, fingerprint: isKnown ? access?.fingerprint : nil,
      serverIdentity: isKnown ? access?.origin?.identity : nil)
  }
}

/// Nothing says where the server is.
public struct NoServerKnown: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where the access folder would have it; nil where there is no home to look in.
  public var accessPath: String?

  /// Where was looked, and what would be right.
  public var description: String {
    let place =
      accessPath.map { "\($0) is not there" } ?? "neither BANYAN_HOME nor HOME is set, so there is no access folder"
    return "no server is known: \(place)\nstart one by `banyan server`, or name one by --server URL or BANYAN_SERVER"
  }
}
