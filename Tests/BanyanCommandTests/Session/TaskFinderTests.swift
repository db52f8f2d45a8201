import Testing

@testable import banyan

@Suite struct TaskFinderTests {
  @Test func sixDigitsOrMoreMayBeTheBeginningOrTheEndOfAnID() throws {
    let filters = try #require(TaskFinder.filters(forPart: "6B0661"))
    #expect(
      filters == [
        ["_id": ["$gte": "6b0661000000000000000000", "$lte": "6b0661ffffffffffffffffff"]],
        ["_id": ["$regex": "6b0661$"]],
      ])
  }

  @Test(arguments: ["6b066", "6b066g", "", "name", "6b0660616ce937ff6059296f", "6b0660616ce937ff6059296f0"])
  func otherWordsAreNoPart(word: String) { #expect(TaskFinder.filters(forPart: word) == nil) }
}
