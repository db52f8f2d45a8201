/// What was asked of this machine and is not there.
public struct MachineError: Error, Sendable, Hashable, CustomStringConvertible {
  /// In words: what is wrong, and what would be right.
  public let description: String

  init(_ description: String) { self.description = description }
}
