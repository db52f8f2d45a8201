import Testing

@testable import banyan

@Suite struct SelectorTests {
  private static let id = "6b0660616ce937ff6059296f"

  @Test(
    arguments: [
      ("12", .job(.number(12))), ("12.7", .job(.number(12), .members([7...7]))),
      ("12.3-9,12", .job(.number(12), .members([3...9, 12...12]))), ("12/fit", .job(.number(12), .named("fit"))),
      ("12/fit[0.1,50]", .job(.number(12), .named("fit[0.1,50]"))),
      ("12/fit[a/b]", .job(.number(12), .named("fit[a/b]"))),
      ("sweep", .job(.name("sweep"))), ("sweep/fit", .job(.name("sweep"), .named("fit"))),
      ("v1.2", .job(.name("v1.2"))), ("12-3", .job(.name("12-3"))),
      ("@last", .job(.last(back: 0))), ("@last~1", .job(.last(back: 1))), ("@last~0", .job(.last(back: 0))),
      ("@last.3-4", .job(.last(back: 0), .members([3...4]))),
      ("@last~2/fit[7]", .job(.last(back: 2), .named("fit[7]"))),
      (id, .task(id)), ("6B0660616CE937FF6059296F", .task(id)), ("6b0660", .job(.name("6b0660"))),
      ("123456", .job(.number(123_456))), ("12345678901234567890", .job(.name("12345678901234567890"))),
    ] as [(String, Selector)])
  func words(word: String, meant: Selector) throws {
    #expect(try Selector.parse(word) == meant)
  }

  @Test(arguments: [
    "", "0", "12/", "/fit", "12.", "12.0", "12.9-3", "12.a", "12.1-2-3", "12.1,,2", "12.1000001", "@", "@first",
    "@last~",
    "@last~x", "@last~99", "@last1", "@last.", "1.2.x",
  ])
  func whatIsNone(word: String) { #expect(throws: UsageError.self) { try Selector.parse(word) } }

  @Test(arguments: [
    ("a,b", ["a", "b"]), ("12/fit[0.1,50],b", ["12/fit[0.1,50]", "b"]), ("12.3-9,12", ["12.3-9,12"]),
    ("12.3,5-6,a,12", ["12.3,5-6", "a", "12"]), ("12,13", ["12", "13"]), ("", [""]), ("a,", ["a", ""]),
    ("fit],x", ["fit]", "x"]),
  ])
  func lists(list: String, words: [String]) { #expect(Selector.words(of: list) == words) }
}
