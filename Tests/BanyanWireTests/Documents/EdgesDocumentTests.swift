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

  /// What lies in a body goes by its own path, whatever the request is.
  @Test func whatLiesInABodyIsNamedAlikeEverywhere() throws {
    let node = try JSONDocument(parsing: "[7]").root
    let edges = #expect(throws: Rejection.self) { try EdgesDocument.one(node, of: worker, .add) }
    #expect(edges?.issues.map(\.field) == ["0"])
    let retry = #expect(throws: Rejection.self) { try RetryDocument.tasks(node) }
    #expect(retry?.issues.map(\.field) == ["0"])
    let drafts = #expect(throws: Rejection.self) { try TaskDocument.drafts(node) }
    #expect(drafts?.issues.map(\.field) == ["0"])
    let bulk = #expect(throws: Rejection.self) { try EdgesDocument.bulk(node, .add) }
    #expect(bulk?.issues.map(\.field) == ["0"])
    let patches = #expect(throws: Rejection.self) { try TaskDocument.patches(node) { _, _ in .none } }
    #expect(patches?.issues.map(\.field).allSatisfy { $0.hasPrefix("0") } == true)
  }
}
