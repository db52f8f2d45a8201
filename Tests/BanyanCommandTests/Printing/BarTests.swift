import Testing

@testable import banyan

@Suite struct BarTests {
  @Test func everyPartThatIsThereIsSeen() {
    var state: UInt64 = 7
    func random(_ most: Int64) -> Int64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64(state >> 33) % (most + 1)
    }
    for _ in 0..<2000 {
      let total = random(1000) + 1
      let done = random(total)
      let failed = random(total - done)
      let running = random(total - done - failed)
      let bar = Bar(total: total, parts: [(done, "#"), (failed, "x"), (running, ">")]).text(width: 10)
      #expect(bar.count == 10)
      for (count, sign) in [(done, "#"), (failed, "x"), (running, ">"), (total - done - failed - running, ".")] {
        #expect(bar.contains(sign) == (count > 0), "\(total) \(done) \(failed) \(running): \(bar)")
      }
    }
  }

  @Test func itIsFullWhenAllIsDone() {
    #expect(Bar(total: 3, parts: [(3, "#")]).text(width: 10) == "##########")
    #expect(Bar(total: 1_000_000, parts: [(999_999, "#")]).text(width: 10) == "#########.")
    #expect(Bar(total: 0, parts: []).text(width: 4) == "....")
    #expect(Bar(total: 5, parts: [(1, "#"), (1, "x"), (1, ">")]).text(width: 0) == "")
  }
}
