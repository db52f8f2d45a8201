import Testing

@testable import banyan

@Suite struct ArrayIndicesTests {
  @Test(arguments: [
    ("1-3", 3), ("0-30:10", 4), ("1,3,7-9", 5), ("5", 1), ("2-2", 1), ("1-1000000", 1_000_000), ("0-10:2,1-11:2", 12),
  ])
  func indices(text: String, count: Int) throws {
    let indices = try ArrayIndices.parse(text)
    #expect(indices.text == text && indices.count == count)
  }

  @Test(arguments: [
    "", "a", "1-", "-1", "3-1", "1-3:0", "1:2", "1,,2", "1-2-3", "1,1", "1-5,3", "0x1", "+1", "1 -2", "1-2000000",
    "9999999999999999999", "1-3:", "1-600000,600001-1200000", "0-10:2,4",
  ])
  func whatIsNone(text: String) {
    #expect(throws: UsageError.self) { try ArrayIndices.parse(text) }
  }

  @Test(arguments: [
    ("1-3", true), ("1-3:2,7", true), ("5", false), ("a-b", false), ("2024-01-01", false), ("-", false), ("1-", false),
    ("", false),
  ])
  func whatCouldBeMeantAsOne(text: String, isMeant: Bool) { #expect(ArrayIndices.looksLikeRange(text) == isMeant) }
}
