/// An error of this command's own, which knows the exit status that it ends the process with.
protocol CommandError: Error, CustomStringConvertible {
  /// The exit status, by which scripts tell kinds of errors apart.
  static var status: CommandStatus { get }
}
