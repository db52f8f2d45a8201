import BanyanCore
import BanyanWire
import Synchronization
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct LongReadsTests {
  private static func asker(_ number: UInt64, _ presence: (any Presence)? = nil) -> LongReads.Asker {
    LongReads.Asker(user: UserID(seconds: 1, rest: number), presence: presence)
  }

  /// Works until somebody opens the gate, slice by slice.
  private final class Gate: Sendable {
    private let state = Mutex((isOpen: false, slices: 0))
    func open() { state.withLock { $0.isOpen = true } }
    var slices: Int { state.withLock { $0.slices } }
    func work(_ effort: Effort) throws(Rejection) {
      while !state.withLock({
        $0.slices += 1; return $0.isOpen
      }) { try effort.spend(1000) }
    }
  }

  /// One's long reads, more than may begin, hold nobody's short one up, and not their own asker's for ever.
  @Test func aShortReadGetsItsTurn() async throws {
    let reads = LongReads(lanes: 1)
    let gate = Gate()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<(LongReads.maxPerUser + 3) {
        group.addTask {
          try await reads.run(for: Self.asker(1), maxSteps: .max / 4, slice: 1000) { effort throws(Rejection) in
            try gate.work(effort)
          }
        }
      }
      while gate.slices < 100 { await Task.yield() }
      let answer = try await reads.run(for: Self.asker(2)) { _ in 42 }
      #expect(answer == 42)
      gate.open()
      try await group.waitForAll()
    }
  }

  @Test func anAskerWhoIsGoneEndsIt() async throws {
    struct Gone: Presence {
      func check(isLong: Bool, _ gone: @escaping @Sendable () -> Void) { gone() }
    }
    let reads = LongReads(lanes: 1)
    let gate = Gate()
    await #expect(throws: Rejection.self) {
      try await reads.run(for: Self.asker(1, Gone()), maxSteps: .max / 4, slice: 1000) { effort throws(Rejection) in
        try gate.work(effort)
      }
    }
  }

  @Test func aCancelledTaskEndsIt() async throws {
    let reads = LongReads(lanes: 1)
    let gate = Gate()
    let reading = Task {
      try await reads.run(for: Self.asker(1), maxSteps: .max / 4, slice: 1000) { effort throws(Rejection) in
        try gate.work(effort)
      }
    }
    while gate.slices < 10 { await Task.yield() }
    reading.cancel()
    await #expect(throws: Rejection.self) { try await reading.value }
  }

  @Test func theBudgetEndsIt() async throws {
    let gate = Gate()
    let refusal = await #expect(throws: Rejection.self) {
      try await LongReads.shared.run(for: Self.asker(1), maxSteps: 100_000, slice: 1000) { effort throws(Rejection) in
        try gate.work(effort)
      }
    }
    #expect(refusal?.kind == .unprocessable)
  }
}
