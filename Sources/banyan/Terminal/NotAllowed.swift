/// Somebody asked for what only others may do. Status 77.
struct NotAllowed: CommandError {
  static let status = CommandStatus.notAllowed

  let description: String

  init(_ description: String) { self.description = description }
}
