import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanTerminal

/// The users of the server.
struct UsersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "users", abstract: "Who may use the server.", usage: "banyan users add ann --role provider",
    discussion: "Example: banyan users add ann --role provider >ann.token",
    subcommands: [UsersList.self, UsersAdd.self, UsersRevoke.self], defaultSubcommand: UsersList.self)
}

/// `banyan users`: lists the users of the server.
struct UsersList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "All users and their roles (never a token).", usage: "banyan users",
    discussion: "Example: banyan users -o jsonl")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = try Session(connection)
    let users = try await session.list("/users").items
    await session.http.close()
    if output.printed(users) { return }
    var table = Table([
      .init(title: "NAME", minWidth: 8), .init(title: "ROLE"), .init(title: "ADMIN"), .init(title: "ID", importance: 2),
      .init(title: "CREATED", importance: 1),
    ])
    table.rows = users.map { user in
      ["name", "role", "admin", "_id", "_created"].map { key in
        Table.Cell(user[key]?.string ?? (user[key]?.bool == true ? "yes" : ""))
      }
    }
    table.print(on: output.terminal(session.surroundings), isWide: output.format == .wide)
  }
}

/// `banyan users add`: makes a user and prints the token.
struct UsersAdd: AsyncParsableCommand {
  /// What a user may do.
  enum Role: String, ExpressibleByArgument, CaseIterable {
    case provider, worker, viewer
  }

  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Make a user; its token is printed once, on standard output.",
    usage: "banyan users add NAME --role ROLE",
    discussion: "Example: banyan users add lab-machines --role worker >worker.token")

  @OptionGroup var connection: ConnectionOptions

  @Option(name: .long, help: "provider (submits), worker (runs tasks) or viewer (looks).")
  var role: Role

  @Flag(name: .long, help: "A provider who may change others' tasks, users and workers, too.")
  var admin = false

  @Argument(help: "Its name.")
  var name: String

  func validate() throws {
    if admin, role != .provider { throw ValidationError("--admin goes with --role provider") }
  }

  func run() async throws {
    let session = try Session(connection)
    var body: JSONObject = ["name": .string(name), "role": .string(role.rawValue)]
    if admin { body["admin"] = true }
    let answer = try await session.http.json(.post, "/users", body: .object(body))
    await session.http.close()
    guard let token = answer["token"]?.string else {
      throw ConnectionError.notBanyan("\(session.http.address)", reason: "its answer holds no token")
    }
    Output.result(token)
  }
}

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
