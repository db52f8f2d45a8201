import Testing

@testable import BanyanCore

@Suite struct ChunkedQueueTests {
  @Test func theNewestAreToldTheLatestFirst() {
    var queue = ChunkedQueue<Int>()
    #expect(queue.last(3) == [])
    for number in 0..<1_300 { queue.append(number) }
    for _ in 0..<100 { _ = queue.popFirst() }
    #expect(queue.last(0) == [])
    #expect(queue.last(3) == [1_299, 1_298, 1_297])
    #expect(queue.last(5_000) == Array((100..<1_300).reversed()), "what was taken out is gone")
    queue.prepend([98, 99])
    #expect(queue.last(5_000).suffix(3) == [100, 99, 98])
  }
}
