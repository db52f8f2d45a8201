import Testing

@testable import BanyanClient

@Suite struct BackoffTests {
  @Test func itDoublesUpToItsCapAndStartsAgain() {
    var backoff = Backoff(base: .milliseconds(100), cap: .seconds(5))
    let waits = (0..<8).map { _ in backoff.next() }
    #expect(waits == [100, 200, 400, 800, 1600, 3200, 5000, 5000].map { Duration.milliseconds($0) })
    for _ in 0..<100 { #expect(backoff.next() == .seconds(5)) }
    backoff.reset()
    #expect(backoff.next() == .milliseconds(100))
  }

  @Test func theJitterIsFull() {
    let bound = Duration.milliseconds(1000)
    let waits = (0..<500).map { _ in Backoff.fullJitter(bound) }
    #expect(waits.allSatisfy { $0 >= .zero && $0 <= bound })
    #expect(waits.contains { $0 < .milliseconds(300) } && waits.contains { $0 > .milliseconds(700) })
    #expect(Backoff.fullJitter(.zero) == .zero)
  }
}
