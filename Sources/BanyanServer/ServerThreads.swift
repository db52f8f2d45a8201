import NIOCore
import NIOPosix

/// A thread for each part of the server that works through a line of its own. What blocks one of them (a disk, a long
/// read) blocks no other: above all not the queue, which everybody waits for.
struct ServerThreads: Sendable {
  /// Who has a thread.
  enum Part: Int, CaseIterable, Sendable {
    /// Decides, and tells who watches. It never opens a file.
    case queue
    /// Writes and syncs the journal.
    case journal
    /// Encodes and writes snapshots, which takes seconds for many tasks.
    case snapshots
    /// Writes and reads the ends of logs.
    case tails
    /// Writes the audit log.
    case audit
    /// Plays the queue forward, for forecasts.
    case forecasts
  }

  // A group each: the loops of one group are handed out in turn, and one asked for too many is the first again.
  private let groups = Part.allCases.map { _ in MultiThreadedEventLoopGroup(numberOfThreads: 1) }

  /// The loop of a part, the same at each call.
  subscript(part: Part) -> any EventLoop { groups[part.rawValue].next() }

  /// Ends all of them, what they have begun done.
  func end() async throws {
    for group in groups { try await group.shutdownGracefully() }
  }
}
