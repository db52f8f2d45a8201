import BanyanClient
import BanyanJSON

/// Who asks, as the server knows it by the token.
struct Asker: Sendable {
  let name: String
  /// Others' tasks, users, registrations and snapshots are its to change, too.
  let isAdmin: Bool

  /// Asks the server.
  static func known(to http: HTTPClient) async throws -> Asker {
    let user = try await http.json(.get, "/users/me")
    guard let name = user["name"]?.string else {
      throw ConnectionError.notBanyan("\(http.address)", reason: "it doesn't say whose token this is")
    }
    return Asker(name: name, isAdmin: user["admin"]?.bool ?? false)
  }
}
