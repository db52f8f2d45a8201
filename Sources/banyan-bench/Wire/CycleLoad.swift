import Foundation
import Synchronization

/// Clients that each do cycles on a thread of their own, for a while.
enum CycleLoad {
  struct Result: Sendable {
    var cycles = 0
    var seconds = 0.0
    /// How long each round took, in microseconds.
    var times: [Double] = []
  }

  /// - Parameters:
  ///   - batch: tasks in each round of a client.
  ///   - seconds: how long; each client ends with the round that it is in.
  static func run(_ server: any CycleServer, clients: Int, batch: Int, seconds: Double) throws -> Result {
    let connected = try (0..<clients).map { Handed(client: try server.client($0)) }
    for one in connected { try one.client.cycle(batch) }
    let watch = Stopwatch()
    let parts = try concurrently(connected) { client in
      var part = Result()
      let own = Stopwatch()
      while own.seconds < seconds {
        let round = Stopwatch()
        try client.cycle(batch)
        part.times.append(round.microseconds)
        part.cycles += batch
      }
      return part
    }
    return Result(
      cycles: parts.reduce(0) { $0 + $1.cycles }, seconds: watch.seconds, times: parts.flatMap(\.times))
  }

  /// A client on its way to its thread. Nobody else touches it as long as that runs.
  private struct Handed: @unchecked Sendable {
    let client: any CycleClient
  }

  private final class Gathered: Sendable {
    let results = Mutex<[Swift.Result<Result, any Error>]>([])
  }

  /// Each on a thread of its own: they block.
  private static func concurrently(
    _ clients: [Handed], _ body: @escaping @Sendable (any CycleClient) throws -> Result
  ) throws -> [Result] {
    let gathered = Gathered()
    let group = DispatchGroup()
    for one in clients {
      group.enter()
      Thread.detachNewThread {
        let result = Swift.Result { try body(one.client) }
        gathered.results.withLock { $0.append(result) }
        group.leave()
      }
    }
    group.wait()
    return try gathered.results.withLock { try $0.map { try $0.get() } }
  }
}
