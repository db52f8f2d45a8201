import Testing

@testable import banyan

@Suite struct GraphPictureTests {
  /// a -> b, c; b, c -> d
  private static var diamond: GraphPicture {
    var picture = GraphPicture()
    let places = ["a", "b", "c", "d \"<&"].map { picture.add($0, state: $0 == "a" ? "succeeded" : "waiting") }
    for (parent, child) in [(0, 1), (0, 2), (1, 3), (2, 3), (0, 1)] {
      picture.connect(places[parent], to: places[child])
    }
    return picture
  }

  @Test func asATree() {
    #expect(
      Self.diamond.text(hasColour: false) == [
        "a  succeeded", "├─ b  waiting", "│  └─ d \"<&  waiting  (after 2)", "└─ c  waiting", "   └─ d \"<& ↑",
      ])
  }

  @Test func theLongestWayCounts() {
    var picture = Self.diamond
    picture.connect(0, to: 3)
    #expect(picture.layers == [0, 1, 1, 2])
    #expect(picture.parentCounts == [0, 1, 1, 3])
  }

  @Test func theLanguagesQuoteTitles() {
    #expect(Self.diamond.dot.contains { $0.hasPrefix("  n3 [label=\"d \\\"<&\"") })
    #expect(Self.diamond.dot.contains("  n0 -> n1"))
    #expect(Self.diamond.mermaid.contains("  n3[\"d &quot;&lt;&amp;\"]"))
    #expect(Self.diamond.mermaid.contains("  n2 --> n3"))
    #expect(Self.diamond.svg.contains { $0.contains(">d &quot;&lt;&amp;<") })
    #expect(Self.diamond.svg.filter { $0.hasPrefix("<path") }.count == 4)
  }

  @Test func aLongChainIsNoRecursion() {
    var picture = GraphPicture()
    var last = picture.add("0")
    for number in 1..<GraphPicture.maxDrawn {
      let next = picture.add("\(number)")
      picture.connect(last, to: next)
      last = next
    }
    #expect(picture.text(hasColour: false).count == GraphPicture.maxDrawn)
    #expect(picture.layers.last == GraphPicture.maxDrawn - 1)
  }

  @Test func aGraphIsDrawnByItsTasksAndALargeOneByItsFamilies() throws {
    let small = try GraphReaderTests.read(
      "tasks: {a: {run: x, matrix: {p: [1, 2]}}, b: {run: y, matrix: {p: [1, 2]}, after: \"a[{p}]\"}, c: {run: z, after: b}}"
    )
    let picture = GraphPicture(small)
    #expect(picture.nodes.map(\.title) == ["a[1]", "a[2]", "b[1]", "b[2]", "c"])
    #expect(picture.nodes.map(\.children) == [[2], [3], [4], [4], []])
    let large = GraphPicture(
      try GraphReaderTests.read("tasks: {a: {run: x, matrix: {p: 1-40}}, b: {run: y, after: \"a[3]\"}}"))
    #expect(large.nodes.map(\.title) == ["a (40)", "b"])
    #expect(large.nodes.map(\.children) == [[1], []])
  }
}
