import BanyanCore
import BanyanStore
import BanyanWire
import Logging
import NIOCore

/// Keeps the ends of logs that workers send before their reports, and tells them when the workers are away.
///
/// What comes is taken in its order, through a stream: a task for each message might overtake another.
actor TailArchive {
  private let loop: any EventLoop
  /// A thread of its own: a disk that hangs holds up nobody else.
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  private enum Work: Sendable {
    case keep([Tail])
    case read(Tail.Name, CheckedContinuation<Tail?, Never>)
  }

  /// More that waits for the disk is let go of: a log's end is no reason to fill the memory.
  private static let maxWaiting = 10_000

  private let work: AsyncStream<Work>
  private nonisolated let feed: AsyncStream<Work>.Continuation
  private var store: TailStore
  private let logger: Logger
  private var trouble: String?

  /// An archive that works once ``run()`` does.
  init(store: TailStore, loop: any EventLoop, logger: Logger) {
    self.store = store
    self.loop = loop
    self.logger = logger
    (work, feed) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maxWaiting))
  }

  /// Takes what comes until it is stopped.
  func run() async {
    attempt { () throws(FileError) in try store.load() }
    for await work in work {
      switch work {
      case .keep(let tails):
        for tail in tails { attempt { () throws(FileError) in try store.keep(tail) } }
      case .read(let name, let continuation):
        var found: Tail?
        attempt { () throws(FileError) in found = try store.tail(name) }
        continuation.resume(returning: found)
      }
    }
  }

  nonisolated func stop() { feed.finish() }

  /// The ends of some streams.
  nonisolated func keep(_ tails: [Tail]) {
    guard !tails.isEmpty else { return }
    feed.yield(.keep(tails))
  }

  /// The end of a stream; nil where none is kept.
  nonisolated func tail(_ name: Tail.Name) async -> Tail? {
    await withCheckedContinuation { continuation in
      if case .enqueued = feed.yield(.read(name, continuation)) { return }
      continuation.resume(returning: nil)
    }
  }

  private func attempt(_ body: () throws(FileError) -> Void) {
    do {
      try body()
      trouble = nil
    } catch {
      // The same trouble is said once, until something has gone well again.
      if trouble != error.description { logger.warning("The ends of logs can't be kept: \(error)") }
      trouble = error.description
    }
  }
}
