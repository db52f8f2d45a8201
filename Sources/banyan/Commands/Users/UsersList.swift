import ArgumentParser
import BanyanTerminal

/// `banyan users`: lists the users of the server.
struct UsersList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "All users and their roles (never a token).", usage: "banyan users",
    discussion: "Example: banyan users -o jsonl")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = try Session(connection)
    let users = try await session.list("/users", query: [LocalTime.query]).items
    await session.http.close()
    if output.printed(users) { return }
    var table = Table([
      .init(title: "NAME", minWidth: 8), .init(title: "ROLE"), .init(title: "ADMIN"), .init(title: "ID", importance: 2),
      .init(title: "CREATED", importance: 1),
    ])
    table.rows = users.map { user in
      ["name", "role", "admin", "_id", "_created"].map { key in
        Table.Cell(LocalTime.text(key, user[key]) ?? user[key]?.string ?? (user[key]?.bool == true ? "yes" : ""))
      }
    }
    table.print(on: output.terminal(session.surroundings), isWide: output.format == .wide)
  }
}
