import BanyanCore
import BanyanJSON
import TestSupport
import Testing

@testable import banyan

@Suite struct MatrixTests {
  @Test func aMatrixStaysOneEntryAndItsTextsAreSentAsTheyStand() throws {
    let graph = try GraphReaderTests.read(
      "tasks:\n  a: {run: \"echo {x} {y} ${x} {z} {\", matrix: {x: [08, 1e-3], y: [yes, v]}, env: {V: \"{y}\"}}\n")
    let form = graph.tasks[0].form
    #expect(form.document["matrix"] == ["x": ["08", "1e-3"], "y": ["yes", "v"]])
    #expect(form.document["command"] == "echo {x} {y} ${x} {z} {")
    #expect(form.document["environment"]?["V"] == "{y}")
    #expect(form.document["name"] == "a")
    #expect((0..<4).map { graph.tasks[0].name(at: $0) } == ["a[08,yes]", "a[08,v]", "a[1e-3,yes]", "a[1e-3,v]"])
  }

  @Test func afterANameMeansAllElementsAndANameWithItsPlaceMeansOne() throws {
    let graph = try GraphReaderTests.read(
      """
      name: g
      tasks:
        a: {run: x, matrix: {p: [1, 2]}}
        each: {run: y, matrix: {p: [1, 2]}, after: "a[{p}]"}
        all: {run: z, after: [a, "a[1]"]}
      """)
    #expect(graph.job().document["name"] == "g")
    #expect(graph.job().document["tasks"]?.array?.map { $0["after"] } == [nil, ["a[{p}]"], ["a", "a[1]"]])
    #expect(graph.tasks[1].edges == [FamilyEdge(parent: 0, conditions: [.init(parameter: 0, value: .same(as: 0))])])
    #expect(
      graph.tasks[2].edges == [
        FamilyEdge(parent: 0), FamilyEdge(parent: 0, conditions: [.init(parameter: 0, value: .text("1"))]),
      ])
  }

  @Test func otherJobsAndTasksMayBeWaitedFor() throws {
    let graph = try GraphReaderTests.read(
      "tasks: {a: {run: x, after: [\"12\", \"12.7\", 6b0660616ce937ff6059296f]}}\n")
    #expect(graph.tasks[0].form.after == ["12", "12.7", "6b0660616ce937ff6059296f"])
    #expect(graph.tasks[0].edges.isEmpty)
  }

  @Test(arguments: ["a[3]", "a[{q}]", "a[1,2]", "a[]"])
  func placesThatAreNotThereAreTold(word: String) {
    let mistakes = GraphReaderTests.mistakes(
      "tasks:\n  a: {run: x, matrix: {p: [1, 2]}}\n  b: {run: y, matrix: {p: [1]}, after: \"\(word)\"}\n")
    #expect(mistakes.count == 1)
    #expect(
      mistakes.first?.hasPrefix("g.yaml:3:40: after: there is no task '\(word)' in this graph") == true, "\(mistakes)")
  }

  @Test func limitsAreOfTheFamily() throws {
    let graph = try GraphReaderTests.read(
      "name: g\ntasks:\n  a: {run: x, matrix: {p: [u, v]}, max_running: 1, stop_after_failures: 2}\n  b: {run: y}\n")
    let documents = graph.tasks.map(\.form.document)
    #expect(documents.map { $0["max_running"] } == [1, nil])
    #expect(documents.map { $0["stop_after_failures"] } == [2, nil])
    #expect(documents.allSatisfy { $0["array"] == nil })
    let alone = try #require(throws: GraphError.self) {
      try GraphReaderTests.read("tasks:\n  a: {run: x, max_running: 1}\n")
    }
    #expect("\(alone)".contains("max_running is of a task with a matrix"))
    let zero = try #require(throws: GraphError.self) {
      try GraphReaderTests.read("tasks:\n  a: {run: x, matrix: {p: [u]}, max_running: 0}\n")
    }
    #expect("\(zero)".contains("max_running: 0; give an integer from 1"))
  }

  /// A thousand by a thousand would be a million edges; it is one word.
  @Test func aWideEdgeIsOneWordAndNobodysTaskStandsBetween() throws {
    let graph = try GraphReaderTests.read(
      "tasks:\n  a: {run: x, matrix: {p: 1-1000}}\n  b: {run: y, matrix: {p: 1-1000}, after: a}\n")
    #expect(graph.taskCount == 2000)
    #expect(graph.tasks.count == 2)
    #expect(graph.tasks[1].form.document["after"] == ["a"])
  }

  @Test func aRangeIsItsNumbersAndCalledIndexItStaysARange() throws {
    let graph = try GraphReaderTests.read(
      "tasks:\n  a: {run: x, matrix: {i: \"8-10,20\"}}\n  b: {run: y, matrix: {index: 1-999996}}\n")
    #expect(graph.tasks[0].form.document["matrix"] == ["i": ["8", "9", "10", "20"]])
    #expect(graph.tasks[1].form.document["range"] == "1-999996")
    #expect(graph.tasks[1].form.document["matrix"] == nil)
    #expect(GraphReaderTests.mistakes("tasks:\n  a: {run: x, matrix: {i: 9-1}}\n").first?.contains("9-1") == true)
  }

  @Test func valuesMayStandInAFileBesideTheGraph() throws {
    let folder = TestFolder()
    folder.write("list.txt", "a b\n\n08\n")
    let graph = try GraphReader.read(
      "tasks: {a: {run: x, matrix: {p: {file: list.txt}}}}\n", file: folder("g.yaml"), context: GraphReaderTests.here)
    #expect(graph.tasks[0].form.document["matrix"] == ["p": ["a b", "08"]])
    let mistakes = GraphReaderTests.mistakes("tasks:\n  a: {run: x, matrix: {p: {file: none.txt}}}\n")
    #expect(mistakes.count == 1 && mistakes[0].contains("there is no such file"))
  }

  @Test func whatIsNotFilledInIsRefused() {
    let queue = GraphReaderTests.mistakes("tasks:\n  a: {run: x, matrix: {p: [u]}, queue: \"{p}\"}\n")
    #expect(queue.first?.contains("queue: {p} is not filled in here") == true)
    let axis = GraphReaderTests.mistakes("tasks:\n  a: {run: x, matrix: {a-b: [u]}}\n")
    #expect(axis.first?.contains("matrix.a-b: each task has BANYAN_PARAM_a-b too") == true)
  }

  @Test func aFolderThatIsAParameterIsFromWhereItsValuesAre() throws {
    let graph = try GraphReaderTests.read(
      "tasks:\n  a: {run: x, matrix: {d: [/a, /b]}, cwd: \"{d}/in\"}\n  b: {run: x, matrix: {d: [a]}, cwd: \"{d}\"}\n")
    #expect(graph.tasks.map(\.form.workingDirectory) == ["/{d}/in", "/srv/{d}"])
    let mixed = GraphReaderTests.mistakes("tasks:\n  a: {run: x, matrix: {d: [/a, b]}, cwd: \"{d}\"}\n")
    #expect(mixed.count == 1)
  }
}
