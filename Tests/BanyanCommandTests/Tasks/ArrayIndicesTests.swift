import Testing

@testable import banyan

@Suite struct ArrayIndicesTests {
  @Test(arguments: [
    ("1-3", [1, 2, 3]), ("0-30:10", [0, 10, 20, 30]), ("1,3,7-9", [1, 3, 7, 8, 9]), ("5", [5]), ("2-2", [2]),
  ])
  func indices(text: String, expected: [Int64]) throws { #expect(try ArrayIndices.parse(text) == expected) }

  @Test(arguments: [
    "", "a", "1-", "-1", "3-1", "1-3:0", "1:2", "1,,2", "1-2-3", "1,1", "1-5,3", "0x1", "+1", "1 -2", "1-200000",
    "9999999999999999999", "1-3:",
  ])
  func whatIsNone(text: String) {
    #expect(throws: UsageError.self) { try ArrayIndices.parse(text) }
  }
}
