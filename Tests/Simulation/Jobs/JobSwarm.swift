import BanyanCore
import Foundation

/// Many seeds of jobs, spread over the cores.
package enum JobSwarm {
  package struct Result: Sendable {
    /// Of the smallest seed that failed: what broke.
    package var failure: String?
    package var seed: UInt64?
    package var checks: Set<Check> = []
    package var met: [String: Int] = [:]
    package var commands = 0
    package var seeds = 0
  }

  /// Runs seeds until one fails.
  package static func run(
    _ seeds: ClosedRange<UInt64>, steps: Int, engine: @escaping @Sendable () -> any Engine = { SoundEngine() }
  ) async -> Result {
    let lanes = UInt64(max(1, ProcessInfo.processInfo.activeProcessorCount))
    return await withTaskGroup(of: Result.self) { group in
      for lane in 0..<lanes {
        group.addTask {
          var result = Result()
          for seed in stride(from: seeds.lowerBound + lane, through: seeds.upperBound, by: Int(lanes)) {
            var simulation = JobSimulation(seed: seed, engine: engine())
            result.failure = simulation.run(steps: steps)
            result.met.merge(simulation.met) { $0 + $1 }
            result.commands += simulation.commands
            result.seeds += 1
            guard result.failure != nil else { continue }
            result.seed = seed
            result.checks = Set(simulation.failures.map(\.check))
            break
          }
          return result
        }
      }
      var result = Result()
      for await part in group {
        result.met.merge(part.met) { $0 + $1 }
        result.commands += part.commands
        result.seeds += part.seeds
        guard let seed = part.seed, seed < result.seed ?? .max else { continue }
        (result.failure, result.checks, result.seed) = (part.failure, part.checks, seed)
      }
      return result
    }
  }
}
