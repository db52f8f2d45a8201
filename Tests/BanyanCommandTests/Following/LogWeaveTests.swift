import Testing

@testable import banyan

@Suite struct LogWeaveTests {
  private func text(_ weave: inout LogWeave, isWhole: [Bool] = [true, true]) -> String {
    let bytes = weave.take(isWhole: isWhole).segments.flatMap { Array($0.bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private let index = "banyan-log-index 1\n1000 o 0\n1001 e 0\n1002 o 4\n2000 e 2\n"

  @Test func inTheOrderInWhichTheyWentOn() {
    var weave = LogWeave()
    weave.add(Array("one\ntwo\n".utf8), to: 0)
    weave.add(Array("A\nB\n".utf8), to: 1)
    weave.add(index: Array(index.utf8)[...])
    #expect(text(&weave) == "one\nA\ntwo\nB\n")
    #expect(text(&weave) == "")
  }

  /// However the streams are cut, the order is the same: what is not there yet holds back what came behind it.
  @Test(arguments: 1...8) func inPiecesOfAnySizeItIsTheSame(size: Int) {
    let whole = [Array("one\ntwo\n".utf8), Array("A\nB\n".utf8)]
    var weave = LogWeave()
    weave.add(index: Array(index.utf8)[...])
    var shown = ""
    for _ in 0..<100 {
      let isWhole = [0, 1].map { weave.end(of: $0) == whole[$0].count }
      let (segments, lacking) = weave.take(isWhole: isWhole)
      shown += String(decoding: segments.flatMap { Array($0.bytes) }, as: UTF8.self)
      guard let stream = lacking else { break }
      let start = weave.end(of: stream)
      weave.add(Array(whole[stream][start..<min(start + size, whole[stream].count)]), to: stream)
    }
    #expect(shown == "one\nA\ntwo\nB\n")
  }

  @Test func asItGrowsItIsTheSame() {
    var weave = LogWeave()
    var shown = ""
    weave.add(Array("one\n".utf8), to: 0)
    weave.add(index: Array("1000 o 0\n".utf8)[...])
    shown += text(&weave)
    weave.add(Array("A\n".utf8), to: 1)
    shown += text(&weave)
    weave.add(index: Array("1001 e 0\n1002 o 4\n".utf8)[...])
    shown += text(&weave)
    #expect(weave.end(of: 0) == 4 && weave.end(of: 1) == 2)
    weave.add(Array("tw".utf8), to: 0)
    shown += text(&weave)
    weave.add(Array("o\n".utf8), to: 0)
    shown += text(&weave)
    #expect(shown == "one\nA\ntwo\n")
  }

  @Test func withoutAnIndexOneAfterTheOther() {
    var weave = LogWeave()
    weave.add(Array("one\ntwo".utf8), to: 0)
    weave.add(Array("A\n".utf8), to: 1)
    let segments = weave.take().segments
    #expect(segments.map(\.stream) == [0, 1] && segments.allSatisfy { $0.time == nil })
  }

  @Test func whatCanNotBeReadOfAnIndexIsPassedOver() {
    var weave = LogWeave()
    weave.add(Array("one\n2\n3".utf8), to: 0)
    weave.add(index: Array("0 o 0\n1000 o 4\nnonsense\n5 x 7\n6 o -1\n".utf8)[...])
    #expect(weave.take().segments.map(\.time) == [0, 1000])
    weave.add(Array(" still 3\n".utf8), to: 0)
    #expect(weave.take().segments.map(\.time) == [1000])
  }

  @Test func whatIsPassedOverIsNotShown() {
    var weave = LogWeave()
    weave.skip(0, to: 4)
    weave.add(Array("two\n".utf8), to: 0)
    weave.add(Array("A\nB\n".utf8), to: 1)
    weave.add(index: Array(index.utf8)[...])
    #expect(text(&weave) == "A\ntwo\nB\n")
  }
}
