import BanyanCore
import Testing

@Suite struct ArrayTests {
  static func member(_ index: Int64, of name: String = "a", running: UInt32? = nil, failures: UInt32? = nil)
    -> TaskDraft
  {
    Bench.draft { $0.array = ArrayPlace(name: name, index: index, maxRunning: running, stopAfterFailures: failures) }
  }

  @Test func anArrayIsWhatOneRequestMadeUnderOneName() throws {
    var bench = Bench()
    let first = try bench.submit(Self.member(1), Self.member(1, of: "b"), Self.member(2), Bench.draft())
    let second = try bench.submit(Self.member(1), Self.member(2))
    let batches = (first + second).map { bench.state.record($0)?.spec.array?.batch }
    #expect(batches == [first[0], first[1], first[0], nil, second[0], second[0]])
  }

  @Test func theTasksOfAnArrayAgreeOnItsLimits() throws {
    var bench = Bench()
    let rejection = try #require(throws: Rejection.self) {
      try bench.submit(
        Self.member(1, running: 2, failures: 3), Self.member(2, running: 2), Self.member(3, running: 1, failures: 3))
    }
    #expect(rejection.kind == .unprocessable)
    #expect(rejection.issues.map(\.field) == ["1.array.stop_after_failures", "2.array.max_running"])
    _ = try bench.submit(Self.member(1, running: 2), Self.member(1, of: "b", running: 3))
  }
}
