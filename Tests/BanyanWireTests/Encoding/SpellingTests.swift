import BanyanWire
import Testing

@Suite struct SpellingTests {
  @Test(arguments: [
    ("comand", "command"), ("priorty", "priority"), ("nmae", "name"), ("Name", "name"), ("lables", "labels"),
    ("enviroment", "environment"),
  ])
  func findsTheWordThatWasMeant(_ word: String, _ meant: String) {
    #expect(Spelling.nearest(to: word, among: TaskField.all.map(\.name)) == meant)
  }

  @Test(arguments: ["", "xyzzy", "qqqqqqqqqqqqqqqqqqqq", "ü"])
  func suggestsNothingForWhatIsFarOff(_ word: String) {
    #expect(Spelling.nearest(to: word, among: TaskField.all.map(\.name)) == nil)
  }
}
