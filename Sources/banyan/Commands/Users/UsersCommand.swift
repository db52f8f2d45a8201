import ArgumentParser

/// The users of the server.
struct UsersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "users", abstract: "Who may use the server.", usage: "banyan users add ann --role provider",
    discussion: """
      A provider submits and changes what is its own, a worker runs tasks, a viewer looks. Users are made and revoked by \
      admins; the last admin can't be revoked. What others type with their token, `banyan users add` says.

      Example: banyan users add ann --role provider > ann.token
      """,
    subcommands: [UsersList.self, UsersAdd.self, UsersRevoke.self, UsersExport.self, UsersReset.self],
    defaultSubcommand: UsersList.self)
}
