import BanyanCore
import Foundation
import Testing

/// The eye that looks at a stress sees what it is there for: of each promise that a task's record makes, one that is
/// broken is found, and nothing is found where all were kept.
@Suite struct StressOutcomeTests {
  private static let id = "56a2000000000000000000aa"

  /// Lines of the third task's ledger.
  private static func ledger(_ lines: String) -> StressLedger {
    let text = lines.split(separator: "\n").map { "3 \($0)\n" }.joined()
    return StressLedger.read(text)[3] ?? StressLedger()
  }

  /// A task of a kind that went as it should.
  private static func outcome(_ kind: StressTask.Kind, _ ledger: String? = nil) -> StressOutcome {
    var random = SplitMix(state: 7)
    let task = StressPlan.task(3, kind, &random)
    return StressOutcome(
      task: task, id: id, state: "terminated", attemptCount: 1, lossCount: 0, claimNumber: 1,
      attempts: [StressOutcome.Attempt(claim: 1, status: task.status, isStarted: true, isTerminated: true)],
      isCancelAsked: false, ledger: Self.ledger(ledger ?? "start 1 \(id)\nend 1\n"),
      printed: [1: printed(task)])
  }

  private static func printed(_ task: StressTask) -> StressOutcome.Printed {
    let streams = task.streams(at: task.status) ?? StressTask.Streams()
    return StressOutcome.Printed(stdout: streams.stdout.bytes, stderr: streams.stderr.bytes)
  }

  /// The same, lost once before.
  private static func lostOnce(_ ledger: String) -> StressOutcome {
    var outcome = outcome(.lines, ledger)
    outcome.attempts.insert(
      StressOutcome.Attempt(claim: 1, status: "abandoned (worker restarted)", isStarted: true, isTerminated: true),
      at: 0)
    outcome.attempts[1].claim = 2
    outcome.printed = [1: StressOutcome.Printed(), 2: printed(outcome.task)]
    outcome.claimNumber = 2
    outcome.lossCount = 1
    return outcome
  }

  private static func isFound(_ outcome: StressOutcome, _ words: String) -> Bool {
    outcome.differences.contains { $0.contains(words) }
  }

  @Test func whatWentAsItShouldShowsNoDifference() {
    for kind in StressTask.Kind.allCases {
      let ledger = kind == .missing ? "" : kind == .limited ? "start 1 \(Self.id)\n" : nil
      #expect(Self.outcome(kind, ledger).differences == [])
    }
    #expect(Self.lostOnce("start 1 \(Self.id)\nstart 2 \(Self.id)\nend 2\n").differences == [])
    #expect(Self.lostOnce("start 1 \(Self.id)\nend 1\nstart 2 \(Self.id)\nend 2\n").differences == [])
  }

  @Test func aLogThatIsCutOrStrangeIsSeen() {
    var cut = Self.outcome(.flood)
    cut.printed[1] = cut.printed[1].map { streams in
      var cut = streams
      _ = (cut.stdout.popLast(), cut.stderr.popLast())
      return cut
    }
    #expect(Self.isFound(cut, "and not its"))
    var empty = Self.outcome(.closed)
    empty.printed[1]?.stdout = []
    #expect(Self.isFound(empty, "has 0 bytes"))
    var strange = Self.outcome(.long)
    strange.state = "cancelled"
    strange.isCancelAsked = true
    strange.attempts[0].status = "cancelled (SIGKILL)"
    strange.printed[1]?.stdout = Array("somebody else's".utf8)
    #expect(Self.isFound(strange, "never printed"))
  }

  @Test func anEndThatIsNotItsOwnIsSeen() {
    var killed = Self.outcome(.silent)
    killed.attempts[0].status = "failure (SIGPIPE)"
    #expect(Self.isFound(killed, "ended as failure (SIGPIPE)"))
    var cancelled = Self.outcome(.silent)
    cancelled.state = "cancelled"
    #expect(Self.isFound(cancelled, "nobody asked"))
    var begun = Self.outcome(.silent)
    begun.isCancelAsked = true
    begun.claimsWhenCancelled = 0
    #expect(Self.isFound(begun, "claimed after its cancel"))
    var waiting = Self.outcome(.silent)
    waiting.state = "running"
    #expect(Self.isFound(waiting, "goes nowhere"))
  }

  @Test func whatRanOftenerOrSeldomerIsSeen() {
    #expect(Self.isFound(Self.outcome(.silent, ""), "began 0 times"))
    #expect(Self.isFound(Self.outcome(.silent, "start 1 \(Self.id)\n"), "ended 0 times"))
    #expect(Self.isFound(Self.outcome(.silent, "start 1 \(Self.id)\nstart 1 \(Self.id)\nend 1\n"), "began 2 times"))
    #expect(Self.isFound(Self.outcome(.silent, "start 1 \(Self.id)\nend 1\nstart 2 \(Self.id)\n"), "there is none"))
    #expect(Self.isFound(Self.outcome(.silent, "start 1 another\nend 1\n"), "another ran for it"))
    let beside = "start 1 \(Self.id)\nstart 2 \(Self.id)\nend 1\nend 2\n"
    #expect(Self.isFound(Self.lostOnce(beside), "claim 1 ran beside claim 2"))
  }

  @Test func aRecordThatSaysLessThanWasIsSeen() {
    let ledger = "start 1 \(Self.id)\nend 1\nstart 2 \(Self.id)\nend 2\n"
    var unstarted = Self.lostOnce(ledger)
    unstarted.attempts[0].isStarted = false
    #expect(Self.isFound(unstarted, "nothing says when it was started"))
    var released = Self.lostOnce(ledger)
    released.attempts[0].status = "released"
    #expect(Self.isFound(released, "was given back and ran"))
    #expect(Self.isFound(released, "loss_count is 1, and 0 were lost"))
    var charged = Self.lostOnce(ledger)
    charged.attemptCount = 2
    #expect(Self.isFound(charged, "attempt_count is 2"))
    var unknown = Self.lostOnce(ledger)
    unknown.claimNumber = 3
    #expect(Self.isFound(unknown, "of 3 claims"))
  }

  @Test func aPlanIsTheSameEachTimeAndHasEveryKind() {
    let (one, other) = (StressPlan(seed: 5, count: 4_000), StressPlan(seed: 5, count: 4_000))
    let tasks = (0..<4_000).map { one[$0] }
    #expect(tasks == (0..<4_000).map { other[$0] })
    #expect(Set(tasks.map(\.kind)) == Set(StressTask.Kind.allCases))
    #expect(tasks != (0..<4_000).map { StressPlan(seed: 6, count: 4_000)[$0] })
    let signals = Set(tasks.filter { $0.kind == .signal }.map(\.status))
    #expect(signals == Set(StressPlan.deadly.map { "failure (\($0.name))" }))
  }
}
