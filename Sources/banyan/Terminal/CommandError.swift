/// An error of this command's own, which knows the exit status that it ends the process with.
protocol CommandError: Error, CustomStringConvertible {
  /// What scripts see.
  static var status: CommandStatus { get }
}
