import Foundation
import Testing

@testable import banyan

/// Every graph in `seeds/` is one, and leaves its results in a folder of its own.
@Suite struct SeedsTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "seeds")

  @Test(arguments: [("hello", 2), ("fan", 10), ("sweep", 17), ("pipeline/pipeline", 18)])
  func aSeedIsAGraph(name: String, tasks: Int) throws {
    let file = Self.folder.appending(path: name + ".yaml")
    let text = try String(contentsOf: file, encoding: .utf8)
    let graph = try GraphReader.read(text, file: file.path, context: GraphReaderTests.here)
    #expect(graph.taskCount == tasks)
    #expect(graph.name == name.split(separator: "/").last.map(String.init))
    if name != "hello" { #expect(graph.output == "/srv/\(graph.name ?? "")-output") }
    #expect(graph.tasks.allSatisfy { $0.form.environment["BANYAN_GRAPH_DIR"] == file.deletingLastPathComponent().path })
  }
}
