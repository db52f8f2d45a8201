/// What went wrong between a worker and its keeper, or keeps a keeper from being started.
public struct KeeperError: Error, Sendable, CustomStringConvertible {
  /// In words: what is wrong, and where.
  public let description: String

  init(_ description: String) { self.description = description }
}
