import BanyanCore
import Foundation

/// Many seeds, spread over the cores.
package enum Swarm {
  /// The seed that somebody wants to see again, alone.
  package static let replayed = ProcessInfo.processInfo.environment["BANYAN_SEED"].flatMap { UInt64($0) }

  package struct Result: Sendable {
    /// Of the smallest seed that failed: what broke, and the shortest run found in which it breaks.
    package var failure: String?
    /// Which checks failed with that seed.
    package var checks: Set<Check> = []
    /// The smallest seed that failed.
    package var seed: UInt64?
    package var coverage = Coverage()
    package var seeds = 0
  }

  /// Runs seeds until one fails.
  /// - Parameter isShortened: a seed that fails is tried with fewer steps.
  package static func run(
    _ seeds: ClosedRange<UInt64>, steps: Int, isShortened: Bool = true,
    engine: @escaping @Sendable () -> any Engine = { SoundEngine() }
  ) async -> Result {
    let lanes = UInt64(max(1, ProcessInfo.processInfo.activeProcessorCount))
    var result = Result()
    await withTaskGroup(of: Result.self) { group in
      for lane in 0..<lanes {
        group.addTask {
          var result = Result()
          for seed in stride(from: seeds.lowerBound + lane, through: seeds.upperBound, by: Int(lanes)) {
            if Task.isCancelled { break }
            var simulation = Simulation(seed: seed, engine: engine())
            result.failure = simulation.run(0..<steps)
            result.coverage.add(simulation.coverage)
            result.seeds += 1
            if result.failure != nil {
              result.seed = seed
              result.checks = Set(simulation.failures.map(\.check))
              break
            }
          }
          return result
        }
      }
      for await part in group {
        result.coverage.add(part.coverage)
        result.seeds += part.seeds
        guard let seed = part.seed, seed < result.seed ?? .max else { continue }
        (result.failure, result.checks, result.seed) = (part.failure, part.checks, seed)
      }
    }
    if isShortened, let failure = result.failure, let seed = result.seed {
      result.failure = failure + shortest(seed, steps: steps, checks: result.checks, engine: engine)
    }
    return result
  }

  /// Leaves out steps, ever fewer at once, as long as the same check fails (Zeller: Simplifying and Isolating
  /// Failure-Inducing Input, 2002). Each step has dice of its own, so that what is left still makes sense.
  private static func shortest(
    _ seed: UInt64, steps: Int, checks: Set<Check>, engine: @Sendable () -> any Engine
  ) -> String {
    var kept = Array(0..<steps)
    var last = ""
    var tries = 0
    var size = kept.count / 2
    while size > 0 {
      var start = 0
      while start < kept.count, tries < 400 {
        tries += 1
        var trial = kept
        trial.removeSubrange(start..<min(start + size, kept.count))
        var simulation = Simulation(seed: seed, engine: engine())
        if simulation.run(trial) != nil, !checks.isDisjoint(with: simulation.failures.map(\.check)) {
          kept = trial
          last = simulation.trace.suffix(20).map(\.description).joined(separator: "\n  ")
        } else {
          start += size
        }
      }
      size /= 2
    }
    return "\n\(kept.count) of its \(steps) steps are enough; they end with:\n  \(last)"
  }
}
