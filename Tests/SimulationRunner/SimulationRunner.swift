import Foundation
import Simulation

/// Seeds of the simulation in a process of their own.
///
///     banyan-simulation run 1 2000       checks them; ends with 1 and the failing seed if one breaks a rule
///     banyan-simulation jobs 1 2000      those of jobs of families alone
///     banyan-simulation digest 1 20      a line a seed: a number that stands for all that happened
@main struct SimulationRunner {
  private static let steps = 160
  private static let jobSteps = 60

  static func main() async {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count == 3, let verb = arguments.first, let first = UInt64(arguments[2]),
      let last = UInt64(arguments[3]), first <= last
    else { end("usage: banyan-simulation run|jobs|digest FIRST LAST", 2) }
    switch verb {
    case "run":
      let start = Date()
      let result = await Swarm.run(first...last, steps: steps)
      if let failure = result.failure { end(failure, 1) }
      print("\(result.seeds) seeds, \(result.coverage.commands) commands, \(Int(Date().timeIntervalSince(start))) s")
      await runJobs(first...last)
    case "jobs": await runJobs(first...last)
    case "digest": for seed in first...last { print(seed, Digest.of(seed: seed, steps: steps)) }
    default: end("\(verb) is none of run, jobs and digest", 2)
    }
  }

  private static func runJobs(_ seeds: ClosedRange<UInt64>) async {
    let start = Date()
    let result = await JobSwarm.run(seeds, steps: jobSteps)
    if let failure = result.failure { end(failure, 1) }
    print(result.met.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", "))
    print("\(result.seeds) seeds of jobs, \(result.commands) commands, \(Int(Date().timeIntervalSince(start))) s")
  }

  private static func end(_ words: String, _ status: Int32) -> Never {
    FileHandle.standardError.write(Data("\(words)\n".utf8))
    exit(status)
  }
}
