/// Ctrl-C. Status 130.
struct Interruption: CommandError {
  static let status = CommandStatus.interrupted

  let description: String

  init(_ description: String = "interrupted") { self.description = description }
}
