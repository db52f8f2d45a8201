import Testing

@testable import BanyanWorker

struct LeaseClockTests {
  @Test(arguments: [Int64(4), 1_000, 300_000, 300_001, 300_002, 300_003])
  func halfAndThreeQuarters(_ lease: Int64) {
    let clock = LeaseClock(answeredAt: 1_000, leaseMilliseconds: lease)
    #expect(clock.stopsAt == 1_000 + lease / 2)
    #expect(clock.killsAt == 1_000 + lease * 3 / 4)
    #expect(clock.stopsAt < clock.killsAt)
  }

  @Test func anOlderAnswerChangesNothing() {
    var clock = LeaseClock(answeredAt: 500, leaseMilliseconds: 1_000)
    clock.hear(sentAt: 400, leaseMilliseconds: 9_000)
    #expect(clock == LeaseClock(answeredAt: 500, leaseMilliseconds: 1_000))
    clock.hear(sentAt: 600, leaseMilliseconds: 2_000)
    #expect(clock == LeaseClock(answeredAt: 600, leaseMilliseconds: 2_000))
  }

  @Test func theLargestNumbersDoNotOverflow() {
    let clock = LeaseClock(answeredAt: .max - 1, leaseMilliseconds: .max)
    #expect(clock.stopsAt == .max && clock.killsAt == .max)
  }
}
