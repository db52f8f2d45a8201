/// Why a worker has ended.
public enum WorkerOutcome: Sendable, Hashable {
  /// It was told to, and nothing is left to do.
  case drained
  /// It was told to leave what runs to the next start: so many tasks run on in the keeper.
  case letGo(Int)
  /// Its registration was ended, in the server's words.
  case unregistered(String)
  /// The server does not take it, with the code of REST and in words.
  case refused(code: Int, String)
  /// Another server answers than the one whose attempts its keeper holds, which run on; in words.
  case anotherServer(String)
}

/// What a worker could not do at its start, or not go on without.
public struct WorkerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// In words: what is wrong, where, and what would be right.
  public let description: String

  init(_ description: String) { self.description = description }
}
