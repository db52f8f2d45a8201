import BanyanCore
import BanyanJSON
import BanyanWire
import Testing

@Suite struct EdgesDocumentTests {
  private let worker = WorkerID(seconds: 9, rest: 9)

  @Test func readsEdges() throws {
    let text = #"[{"targets": ["\#(worker)", "\#(worker)"], "values": ["a"]}]"#
    let patches = try EdgesDocument.bulk(JSONDocument(parsing: text).root, .add)
    #expect(patches.map(\.addContinuations) == [[.name("a")], [.name("a")]])
    let one = try EdgesDocument.one(JSONDocument(parsing: #"["b"]"#).root, of: worker, .remove)
    #expect(one.removeContinuations == [.name("b")] && one.addContinuations.isEmpty)
    for text in ["{}", #"[{"targets": []}]"#, #"[{"targets": ["x"], "values": []}]"#] {
      #expect(throws: Rejection.self) { try EdgesDocument.bulk(JSONDocument(parsing: text).root, .add) }
    }
    let ids = [String](repeating: "\"\(worker)\"", count: 1024).joined(separator: ",")
    let entry = #"{"targets": [\#(ids)], "values": []}"#
    let large = try #require(throws: Rejection.self) {
      try EdgesDocument.bulk(JSONDocument(parsing: "[\(entry),\(entry),\(entry)]").root, .add)
    }
    #expect(large.kind == .tooLarge)
  }
}
