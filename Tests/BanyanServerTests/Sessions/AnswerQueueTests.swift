import BanyanCore
import Testing

@testable import BanyanServer

/// Answers leave in the order of their requests, whichever is ready first; what keeps no order overtakes.
@Suite struct AnswerQueueTests {
  @Test func `An answer waits for those before it`() {
    var queue = AnswerQueue()
    let places = (0..<3).map { _ in queue.reserve() }
    queue.fill(places[2], with: [2])
    queue.fill(places[1], with: [1])
    #expect(queue.drain() == [] && !queue.hasLeft(places[1]))
    queue.fill(places[0], with: [0])
    #expect(places.allSatisfy { queue.hasLeft($0) })
    #expect(queue.drain() == [[0], [1], [2]])
    #expect(queue.drain() == [], "nothing leaves twice")
  }

  @Test func `A push overtakes what isn't there yet, and nothing that is`() {
    var queue = AnswerQueue()
    let (first, second) = (queue.reserve(), queue.reserve())
    queue.fill(first, with: [1])
    queue.push([9])
    queue.fill(second, with: [2])
    #expect(queue.drain() == [[1], [9], [2]])
  }

  @Test func `A place has one answer`() {
    var queue = AnswerQueue()
    let (first, second) = (queue.reserve(), queue.reserve())
    queue.fill(second, with: [2])
    queue.fill(second, with: [3])
    queue.fill(first, with: [1])
    queue.fill(first, with: [4])
    #expect(queue.drain() == [[1], [2]])
  }

  @Test(arguments: 0..<40 as Range<UInt64>) func `In whatever order they come, the answers leave in theirs`(
    seed: UInt64
  ) {
    var random = SplitMix(state: seed)
    var queue = AnswerQueue()
    var open: [(AnswerQueue.Place, UInt8)] = []
    var left: [[UInt8]] = []
    var next: UInt8 = 0
    while next < 100 || !open.isEmpty {
      if next < 100, Bool.random(using: &random) {
        open.append((queue.reserve(), next))
        next += 1
      } else if let index = open.indices.randomElement(using: &random) {
        let (place, number) = open.remove(at: index)
        queue.fill(place, with: [number])
      }
      if Bool.random(using: &random) { left += queue.drain() }
    }
    left += queue.drain()
    #expect(left == (0..<100).map { [$0] })
  }
}
