import Testing

@testable import banyan

@Suite struct MatrixTests {
  @Test func everyElementOfTheProductIsATaskTheLastAxisRunningFastest() throws {
    let graph = try GraphReaderTests.read(
      "tasks:\n  a: {run: \"echo {x} {y} ${x} {z} {\", matrix: {x: [1, 2], y: [u, v]}, env: {V: \"{y}\"}}\n")
    #expect(graph.tasks.map(\.form.name) == ["a[1,u]", "a[1,v]", "a[2,u]", "a[2,v]"])
    #expect(graph.tasks[2].form.document["command"] == "echo 2 u ${x} {z} {")
    #expect(graph.tasks[1].form.environment["V"] == "v")
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
    #expect(graph.tasks.map(\.form.after) == [[], [], ["g/a[1]"], ["g/a[2]"], ["g/a[1]", "g/a[2]"]])
  }

  @Test func aMatrixWithALimitIsAnArray() throws {
    let graph = try GraphReaderTests.read(
      "name: g\ntasks:\n  a: {run: x, matrix: {p: [u, v]}, max_running: 1, stop_after_failures: 2}\n  b: {run: y}\n")
    #expect(
      graph.tasks.map { $0.form.document["array"] } == [
        ["name": "g/a", "index": 1, "max_running": 1, "stop_after_failures": 2],
        ["name": "g/a", "index": 2, "max_running": 1, "stop_after_failures": 2], nil,
      ])
    let alone = try #require(throws: GraphError.self) {
      try GraphReaderTests.read("tasks:\n  a: {run: x, max_running: 1}\n")
    }
    #expect("\(alone)".contains("max_running is of a task with a matrix"))
    let zero = try #require(throws: GraphError.self) {
      try GraphReaderTests.read("tasks:\n  a: {run: x, matrix: {p: [u]}, max_running: 0}\n")
    }
    #expect("\(zero)".contains("max_running: 0; give an integer from 1"))
  }

  /// A thousand by a thousand would be a million edges; through a group it is two thousand.
  @Test func aGroupStandsBetweenTwoLargeMatrices() throws {
    let axis = "[" + (0..<1000).map(String.init).joined(separator: ", ") + "]"
    let graph = try GraphReaderTests.read(
      "tasks:\n  a: {run: x, matrix: {p: \(axis)}}\n  b: {run: y, matrix: {p: \(axis)}, after: a}\n")
    #expect(graph.tasks.count == 2001)
    #expect(graph.tasks.reduce(0) { $0 + $1.form.after.count } == 2000)
    let group = try #require(graph.tasks.last)
    #expect(group.form.name == "a")
    #expect(group.form.work == nil)
    #expect(graph.tasks[1500].form.after == ["a"])
  }

  @Test func aBraceThatIsNoAxisStays() {
    let place = Matrix.Place(values: [(axis: "n", value: "7")])
    #expect(place.filled("awk '{print $1}' {n} ${n} {{n}} {n") == "awk '{print $1}' 7 ${n} {7} {n")
  }
}
