import TestSupport
import Testing

/// A checker is worth nothing until it has caught something: every promise, broken by hand.
@Suite struct HistoryCheckerTests {
  private static func task(
    _ name: String, _ state: String = "terminated", number: Int = 1, success: Bool = true
  ) -> FinalTask {
    FinalTask(id: "id-\(name)", name: name, state: state, number: number, hasSucceeded: success)
  }

  private static let sound: [History.Event] = [
    .submitting(key: "k", names: ["a", "b"], parents: [nil, 0]),
    .submitted(key: "k", ids: ["id-a", "id-b"]),
    .claimed(task: "id-a", number: 1, asked: 2),
    .reporting(task: "id-a", number: 1, isSuccess: true),
    .reported(task: "id-a", number: 1, isSuccess: true),
    .claimed(task: "id-b", number: 1, asked: 5),
    .reporting(task: "id-b", number: 1, isSuccess: true),
    .reported(task: "id-b", number: 1, isSuccess: true),
    .seen(task: "id-b", state: "terminated", number: 1),
  ]

  private func violations(_ events: [History.Event], _ final: [FinalTask]) -> [String] {
    var history = History()
    for event in events { history.append(event) }
    return HistoryChecker.violations(of: history, final: final)
  }

  @Test func whatIsSoundIsSound() {
    #expect(violations(Self.sound, [Self.task("a"), Self.task("b")]) == [])
    // An unknown outcome is all or none.
    let open = Self.sound + [.submitting(key: "u", names: ["x", "y"], parents: [nil, nil])]
    #expect(violations(open, [Self.task("a"), Self.task("b")]) == [])
    #expect(violations(open, ["a", "b", "x", "y"].map { Self.task($0) }) == [])
  }

  static let broken: [(events: [History.Event], final: [FinalTask], words: String)] = [
    ([], [task("a")], "(id-b) is lost"),
    ([], [task("a"), task("b"), task("b")], "stands there twice"),
    (
      [], [task("a"), task("b"), FinalTask(id: "id-c", name: "b", state: "terminated", number: 1, hasSucceeded: true)],
      "two tasks are named b"
    ),
    ([], [task("a"), task("b"), task("c")], "nobody asked for c"),
    ([.submitted(key: "k", ids: ["id-a", "id-c"])], [task("a"), task("b")], "answered with other tasks before"),
    (
      [.submitting(key: "u", names: ["x", "y"], parents: [nil, nil])], [task("a"), task("b"), task("x")],
      "1 of 2 tasks are there"
    ),
    (
      [.submitting(key: "r", names: ["x"], parents: [nil]), .refused(key: "r")], [task("a"), task("b"), task("x")],
      "r was refused"
    ),
    ([.claimed(task: "id-b", number: 1, asked: 3)], [task("a"), task("b")], "claim 1 of id-b was given out twice"),
    (
      [.claimed(task: "id-b", number: 2, asked: 9)], [task("a"), task("b", number: 2)],
      "given out after its acknowledged end"
    ),
    ([.held(task: "id-b", number: 1, asked: 9)], [task("a"), task("b")], "is held after its acknowledged end"),
    ([.claimed(task: "id-b", number: 0, asked: 9)], [task("a"), task("b")], "claim 0 of id-b follows claim 1"),
    ([.reported(task: "id-b", number: 2, isSuccess: true)], [task("a"), task("b", number: 2)], "were both accepted"),
    ([], [task("a"), task("b", "available", success: false)], "acknowledged, and is available"),
    ([], [task("a"), task("b", number: 2)], "ran again"),
    ([], [task("a"), task("b", number: 0)], "claim 1 of id-b is lost"),
    ([], [task("a"), task("b", success: false)], "it says otherwise"),
    (
      [.seen(task: "id-b", state: "cancelled", number: 1)], [task("a"), task("b")],
      "was seen cancelled and is terminated"
    ),
    ([.seen(task: "id-b", state: "running", number: 7)], [task("a"), task("b")], "seen at claim 7, which is gone"),
    (
      [.seen(task: "id-z", state: "available", number: 0), .cancelling(task: "id-z")], [task("a"), task("b")],
      "id-z, which somebody was told of, is lost"
    ),
    ([], [task("a", success: false), task("b")], "b ran below a, which failed"),
    ([], [task("a"), task("b", "inactive", success: false)], "b waits for a, which succeeded"),
    (
      [.submitting(key: "u", names: ["x"], parents: [nil])], [task("a"), task("b"), task("x", "running")],
      "x is running and goes nowhere"
    ),
  ]

  @Test(arguments: broken.indices)
  func everyBrokenPromiseIsTold(number: Int) {
    let (events, final, words) = Self.broken[number]
    let found = violations(Self.sound + events, final)
    #expect(found.contains { $0.contains(words) }, "\(words): \(found)")
  }

  @Test func aChildBeforeItsParentIsTold() {
    let early: [History.Event] = [Self.sound[0], Self.sound[1], .claimed(task: "id-b", number: 1, asked: 2)]
    let found = violations(early + Self.sound.dropFirst(2), [Self.task("a"), Self.task("b")])
    #expect(found.contains { $0.contains("b was given out before a had succeeded") })
  }
}
