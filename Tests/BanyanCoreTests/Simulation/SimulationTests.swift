import BanyanCore
import Foundation
import Testing

/// Laws over examples: many seeds, each a queue in a bad neighbourhood. `BANYAN_SEED=n` replays one.
@Suite struct SimulationTests {
  private static let replayed = ProcessInfo.processInfo.environment["BANYAN_SEED"].flatMap { UInt64($0) }
  private static let batches: [ClosedRange<UInt64>] =
    replayed.map { [$0...$0] } ?? stride(from: 1, to: 301, by: 25).map { $0...($0 + 24) }

  @Test(arguments: batches) func everythingHolds(_ seeds: ClosedRange<UInt64>) {
    for seed in seeds {
      var simulation = Simulation(seed: seed)
      if let failure = simulation.run(steps: 120) {
        Issue.record("\(failure)")
        return
      }
    }
  }

  @Test func aSeedIsTheSameEachTime() {
    for seed: UInt64 in [1, 2, 3] {
      var one = Simulation(seed: seed)
      var two = Simulation(seed: seed)
      _ = one.run(steps: 80)
      _ = two.run(steps: 80)
      #expect(one.trace == two.trace)
      #expect(Portrait(one.state) == Portrait(two.state))
    }
  }

  /// The seeds reach what they are for.
  @Test func theSeedsMeetEveryKindOfEvent() {
    var met: Set<String> = []
    for seed: UInt64 in 1...40 {
      var simulation = Simulation(seed: seed)
      simulation.observe = { event in met.insert(Self.kind(event)) }
      _ = simulation.run(steps: 120)
    }
    let wanted: Set<String> = [
      "taskCreated", "taskEdited", "taskHeld", "continuationsAdded", "continuationsRemoved", "taskMadeAvailable",
      "taskDue", "groupPassed", "taskCancelled", "tasksForgotten", "taskClaimed", "attemptStarted",
      "cancellationRequested", "workerChanged", "workerRemoved", "workerNameAllowed", "userChanged",
      "keyRemembered", "serverStarted", "succeeded", "failed", "succeededTooLate", "cancelled", "retried", "givenBack",
      "lost", "lostTooOften",
    ]
    #expect(wanted.subtracting(met) == [])
  }

  private static func kind(_ event: Event) -> String {
    if case .attemptEnded(_, let end) = event { return name(of: end.outcome) }
    return name(of: event)
  }

  private static func name(of value: Any) -> String {
    String("\(value)".prefix { $0 != "(" })
  }
}
