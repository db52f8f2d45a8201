import BanyanJSON
import Testing

@Suite struct JSONListTextTests {
  private func text(_ body: String) throws -> JSONListText? { try JSONListText(Array(body.utf8), member: "_items") }

  @Test func elementsComeAsTheyWereWritten() throws {
    let elements = [#"{"a": "],}\"","b":[1, {"c":2}]}"#, "1.50", #""x\\""#]
    let list = try #require(try text(#"{"_items": [\#(elements.joined(separator: ", "))], "_meta": {"total": 3}}"#))
    #expect(String(decoding: list.lines, as: UTF8.self) == elements.map { $0 + "\n" }.joined())
    #expect(list.count == 3 && list.rest == ["_items": [], "_meta": ["total": 3]])
    let none = try #require(try text(#"{"_items": [], "_meta": {}}"#))
    #expect(none.count == 0 && none.lines.isEmpty)
  }

  @Test func whatIsNoneIsNoneAndWhatIsTornIsAnError() throws {
    #expect(try text(#"{"items": []}"#) == nil)
    #expect(try text(#"{"_items": {"a": []}}"#) == nil)
    #expect(try text("{\"_items\": [\n1]}") == nil)
    #expect(try text("[]") == nil)
    #expect(throws: (any Error).self) { try text(#"{"_items": [1, 2"#) }
    #expect(throws: (any Error).self) { try text(#"{"_items": [1, 2], "_meta""#) }
  }
}
