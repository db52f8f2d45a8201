import BanyanJSON
import Testing

@Suite struct JSONScanTests {
  private func kind(_ text: String, _ limits: JSONLimits = .standard) -> JSONError.Kind? {
    do {
      _ = try JSON(parsing: text, limits: limits)
      return nil
    } catch {
      return error.kind
    }
  }

  @Test func depthIsCountedOutsideStrings() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + #""[[[\"[[""# + String(repeating: "]", count: depth)
    }
    #expect(kind(nested(64)) == nil)
    #expect(kind(nested(65)) == .tooDeep)
    #expect(kind(nested(3), JSONLimits(maxDepth: 2)) == .tooDeep)
    #expect(kind(String(repeating: "[", count: 100_000)) == .tooDeep)
    #expect(kind(String(repeating: #"{"a":"#, count: 100_000)) == .tooDeep)
  }

  @Test func noCallerCanAllowWhatWouldEndTheStack() {
    let text = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    #expect(kind(text, JSONLimits(maxDepth: .max)) == .tooDeep)
    let deepest = JSONLimits.deepest
    let accepted = String(repeating: "[", count: deepest) + String(repeating: "]", count: deepest)
    #expect(kind(accepted, JSONLimits(maxDepth: .max)) == nil)
  }

  @Test(arguments: [
    ("1", 1), ("[]", 1), ("[ \n]", 1), ("{}", 1), ("[1]", 2), ("[[],[],[]]", 4), (#"{"a":1,"b":[2,3]}"#, 5),
    (#"["a,b,[","\",,"]"#, 3),
  ])
  func valuesAreCountedExactly(text: String, count: Int) {
    #expect(kind(text, JSONLimits(maxValues: count)) == nil)
    if count > 1 { #expect(kind(text, JSONLimits(maxValues: count - 1)) == .tooManyValues) }
  }

  @Test func lengthIsBounded() {
    #expect(kind("[1,2]", JSONLimits(maxBytes: 5)) == nil)
    #expect(kind("[1,2] ", JSONLimits(maxBytes: 5)) == .tooLarge)
  }

  @Test func theErrorIsWhereTheLimitIs() {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: "[\n \"é\",[[0", limits: JSONLimits(maxDepth: 2)) }
    #expect(error?.byteOffset == 9)
    #expect(error?.line == 2)
    #expect(error?.column == 7)
  }
}
