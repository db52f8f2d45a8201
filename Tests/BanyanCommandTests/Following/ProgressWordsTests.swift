import BanyanTerminal
import Testing

@testable import banyan

@Suite struct ProgressWordsTests {
  @Test func theLineThatMovesFitsItsTerminalHoweverNarrow() {
    for width in 1...200 {
      for count: Int64 in [1, 30, 12_345, 100_000] {
        let words = ProgressWords(
          total: 100_000, succeeded: count, running: 8, failed: count / 3, cancelled: count / 7, left: "~1h 10m")
        #expect(DisplayWidth.of(words.line(width: width, clock: "00:12")) < max(width, 1))
      }
    }
  }

  @Test func whatFailedIsNotDone() {
    let words = ProgressWords(total: 100, succeeded: 30, running: 8, failed: 2, cancelled: 1, left: "~5s")
    let line = words.line(width: 120, clock: "00:12")
    #expect(line.contains("30/100 done, 8 running, 2 failed, 1 cancelled  00:12  ~5s"))
    #expect(line.hasPrefix("[") && line.contains("x"))
  }

  @Test func aLineThatWasDrawnWiderIsRemovedWhole() {
    #expect(MovingLine.erasure(of: 60, width: 80) == "\r\u{1B}[K")
    #expect(MovingLine.erasure(of: 60, width: 60) == "\r\u{1B}[K")
    #expect(MovingLine.erasure(of: 60, width: 40) == "\r\u{1B}[1A\u{1B}[J")
    #expect(MovingLine.erasure(of: 121, width: 40) == "\r\u{1B}[3A\u{1B}[J")
    #expect(MovingLine.erasure(of: 0, width: 40) == "\r\u{1B}[K")
  }

  @Test func theClockHasHoursWhereThereAreSome() {
    #expect(MovingLine.clock(.seconds(195)) == "03:15")
    #expect(MovingLine.clock(.seconds(3600 * 27 + 61)) == "27:01:01")
  }
}
