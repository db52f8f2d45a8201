import BanyanClient
import BanyanCore
import BanyanJSON
import Foundation
import Testing

/// Thousands of short tasks of mixed kinds on two workers of one machine, while somebody cancels at random and kills
/// workers, keepers and the server. Afterwards each task's ledger, its record and its logs are held beside what its seed
/// says of it, and nothing may be left of any of them.
///
/// `BANYAN_STRESS_TASKS` says how many, `BANYAN_SEED` which.
@Suite(.serialized) struct StressTests {
  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }

  @Test func everyTaskRunsAsOftenAsIsSaidAndNothingIsLeft() async throws {
    let count = Self.number("BANYAN_STRESS_TASKS").map { Int($0) } ?? 20_000
    let plan = StressPlan(seed: Self.number("BANYAN_SEED") ?? UInt64.random(in: 0..<1 << 32), count: count)
    let run = try StressRun(plan)
    let differences = try await run.differences()
    let shown = differences.prefix(100).joined(separator: "\n")
    #expect(differences.isEmpty, "seed \(plan.seed), \(count) tasks, \(differences.count) differences:\n\(shown)")
    print("stress test: \(run.summary), seed \(plan.seed)")
  }
}
