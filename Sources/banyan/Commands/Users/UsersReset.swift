import ArgumentParser
import BanyanServer
import BanyanTerminal

import Glibc

/// `banyan users reset`: new tokens where the old ones are lost.
struct UsersReset: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset", abstract: "Give users new tokens where theirs are lost; the server must not run.",
    usage: "banyan users reset [NAME...] --data DIR",
    discussion: """
      Works on the data folder itself, whose owner needs no token for it. Without a name the first admin and the first \
      worker get new ones, which lie in the access folder then, as after a first start; those of others are printed. The \
      old tokens open nothing any more; whose tasks are whose stays as it is.

      Example: banyan users reset --data /var/lib/banyan
      """)

  @OptionGroup var place: DataOptions

  @Option(name: .long, help: ArgumentHelp("The access folder, where the new tokens are left.", valueName: "dir"))
  var access: String?

  @Flag(name: .long, help: "Take over the access folder of another server that doesn't answer any more.")
  var force = false

  @Argument(help: "Users by their names.")
  var names: [String] = []

  func run() async throws {
    let surroundings = Surroundings.ofProcess()
    // One that holds nothing is no folder of a server, and must not become one.
    _ = try place.reading(surroundings)
    let folder = try DataFolder.path(place.data, surroundings)
    let access = try ServerAccess(flag: access, isForced: force, data: folder, surroundings)
    let users: [Server.FirstUser]
    do {
      users = try await UserReset(folder: folder).run(names, at: LocalTime.now()) {
        if names.isEmpty { try await access.check($0) }
      }
    } catch let error as UserReset.Refusal {
      throw NotFound(error.description)
    }
    if names.isEmpty {
      let place = access.keep(users)
      for user in users { Output.remark("\(Escaping.shown(user.name)) has a new token") }
      guard let place else { return print(users) }
      Output.remark("both lie in \(place); copies of the access folder need them, too")
    } else {
      print(users)
    }
  }

  private func print(_ users: [Server.FirstUser]) {
    for user in users {
      Output.remark("\(Escaping.shown(user.name)) has a new token, which is shown this once:")
      Output.result(user.token)
    }
  }
}
