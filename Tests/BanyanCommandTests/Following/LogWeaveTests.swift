import Testing

@testable import banyan

@Suite struct LogWeaveTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
  private let index = "banyan-log-index 1\n1000 o 0\n1001 e 0\n1002 o 4\n2000 e 2\n"

  @Test func inTheOrderInWhichTheyWentOn() {
    var weave = LogWeave(showsTimes: false)
    weave.add(stdout: Array("one\ntwo\n".utf8))
    weave.add(stderr: Array("A\nB\n".utf8))
    weave.add(index: Array(index.utf8)[...])
    #expect(text(weave.take()) == "one\nA\ntwo\nB\n")
    #expect(text(weave.take()) == "")
  }

  @Test func pieceByPieceItIsTheSame() {
    var weave = LogWeave(showsTimes: false)
    var shown = ""
    weave.add(stdout: Array("one\n".utf8))
    weave.add(index: Array("1000 o 0\n".utf8)[...])
    shown += text(weave.take())
    weave.add(stderr: Array("A\n".utf8))
    shown += text(weave.take())
    weave.add(index: Array("1001 e 0\n1002 o 4\n".utf8)[...])
    shown += text(weave.take())
    #expect(weave.stdoutEnd == 4 && weave.stderrEnd == 2)
    weave.add(stdout: Array("tw".utf8))
    shown += text(weave.take())
    weave.add(stdout: Array("o\n".utf8))
    shown += text(weave.take())
    #expect(shown == "one\nA\ntwo\n")
  }

  @Test func withoutAnIndexOneAfterTheOther() {
    var weave = LogWeave(showsTimes: true)
    weave.add(stdout: Array("one\ntwo".utf8))
    weave.add(stderr: Array("A\n".utf8))
    #expect(text(weave.take()) == "- one\n- two- A\n")
  }

  @Test func linesWithTheirTimes() {
    var weave = LogWeave(showsTimes: true)
    weave.add(stdout: Array("one\n2\n3".utf8))
    weave.add(index: Array("0 o 0\n1000 o 4\nnonsense\n5 x 7\n6 o -1\n".utf8)[...])
    #expect(
      text(weave.take())
        == "1970-01-01T00:00:00.000Z one\n1970-01-01T00:00:01.000Z 2\n1970-01-01T00:00:01.000Z 3")
    weave.add(stdout: Array(" still 3\n4\n".utf8))
    #expect(text(weave.take()) == " still 3\n1970-01-01T00:00:01.000Z 4\n")
  }
}
