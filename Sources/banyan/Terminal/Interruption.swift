/// The person has pressed Ctrl-C, or the process was told to end by a signal. Status 130.
struct Interruption: CommandError {
  static let status = CommandStatus.interrupted

  let description: String

  init(_ description: String = "interrupted") { self.description = description }
}
