import BanyanClient
import BanyanJSON

/// Who asks, as the server knows it by the token.
struct CurrentUser: Sendable {
  let name: String
  /// Others' tasks, users, registrations and snapshots are its to change, too.
  let isAdmin: Bool

  /// Asks the server whose token this is.
  static func fetched(from http: HTTPClient) async throws -> CurrentUser {
    let user = try await http.json(.get, "/users/me")
    guard let name = user["name"]?.string else {
      throw ConnectionError.notBanyan("\(http.address)", reason: "it doesn't say whose token this is")
    }
    return CurrentUser(name: name, isAdmin: user["admin"]?.bool ?? false)
  }
}
