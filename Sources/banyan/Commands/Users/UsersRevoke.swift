import ArgumentParser
import BanyanClient

/// `banyan users revoke`: makes a user's token worthless.
struct UsersRevoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "End a user: its token opens nothing any more.",
    usage: "banyan users revoke NAME", discussion: "Example: banyan users revoke ann")

  @OptionGroup var connection: ConnectionOptions

  @Argument(help: "A name or an id.")
  var name: String

  func run() async throws {
    let session = try Session(connection)
    let users = try await session.list("/users").items
    guard let user = users.first(where: { $0["name"]?.string?.isSame(as: name) == true || $0["_id"]?.string == name }),
      let id = user["_id"]?.string
    else { throw NotFound("there is no user '\(name)'; `banyan users` lists them") }
    try await session.http.json(.delete, "/users/\(id)")
    await session.http.close()
  }
}
