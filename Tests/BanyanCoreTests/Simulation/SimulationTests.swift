import BanyanCore
import Simulation
import Testing

/// Laws over examples: many seeds, each a queue in a bad neighbourhood. `BANYAN_SEED=n` replays one. Thousands more run
/// optimised, in a process of their own (`banyan-simulation`, which `.ci/test` starts).
@Suite struct SimulationTests {
  /// Run once, looked at by every test here.
  private static let swarm = Task {
    await Swarm.run(Swarm.replayed.map { $0...$0 } ?? 1...500, steps: 160)
  }

  @Test func everythingHolds() async {
    let result = await Self.swarm.value
    if let failure = result.failure { Issue.record("\(failure)") }
  }

  @Test(.enabled(if: Swarm.replayed == nil)) func everyLegalStepIsWalked() async {
    let walked = await Self.swarm.value.coverage.walked
    for edge in TaskState.edges {
      let met = walked[Coverage.Step(from: edge.from, asker: edge.asker, request: edge.request)] ?? [:]
      #expect(met[edge.becomes, default: 0] >= 3, "\(edge): \(met)")
    }
  }

  @Test(.enabled(if: Swarm.replayed == nil)) func everyOtherStepIsRefused() async {
    let coverage = await Self.swarm.value.coverage
    for step in Coverage.Step.all where !step.from.allows(step.request, by: step.asker) && !step.isLeftToTheRules {
      #expect(coverage.refused[step, default: [:]].values.reduce(0, +) >= 3, "\(step)")
    }
  }

  @Test(.enabled(if: Swarm.replayed == nil)) func theSeedsMeetEveryKindOfEvent() async {
    let met = await Self.swarm.value.coverage.events
    let wanted: Set<String> = [
      "taskCreated", "taskEdited", "taskHeld", "continuationsAdded", "continuationsRemoved", "taskMadeAvailable",
      "taskDue", "groupPassed", "taskCancelled", "tasksForgotten", "taskClaimed", "attemptStarted", "attemptUpdated",
      "cancellationRequested", "attemptEnded", "workerChanged", "workerRemoved", "workerNameAllowed", "userChanged",
      "userRevoked", "keyRemembered", "keysExpired", "serverStarted",
      "submit", "retry", "update", "cancel", "forget", "abandon", "hello", "claim", "started", "report", "expireLeases",
      "expireFolder",
      "registerWorker", "changeWorker", "unregisterWorker", "addUser", "revokeUser", "start", "tick",
      "quarantined", "forgottenByTime", "arrayStopped", "succeeded", "failed", "succeededTooLate", "cancelled",
      "retried", "givenBack", "lost", "lostTooOften",
    ]
    #expect(wanted.subtracting(met.keys) == [])
  }

  @Test func aSeedIsTheSameEachTime() {
    for seed: UInt64 in [1, 2, 3] {
      var one = Simulation(seed: seed)
      var two = Simulation(seed: seed)
      #expect(one.run(0..<80) == nil && two.run(0..<80) == nil)
      #expect(one.state.sequence == two.state.sequence)
      #expect(Portrait(one.state) == Portrait(two.state))
    }
  }
}
