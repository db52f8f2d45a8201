import Testing

@testable import BanyanCore

struct AdjacencyTests {
  @Test func keepsTheOrderAndLeavesRepeatsOut() {
    let edges = Adjacency([(2, 0), (0, 3), (2, 1), (2, 0), (0, 3), (0, 1)], nodes: 4)
    #expect(Array(edges[0]) == [3, 1])
    #expect(edges[1].isEmpty)
    #expect(Array(edges[2]) == [0, 1])
    #expect(edges[3].isEmpty)
  }

  @Test func withoutEdgesNobodyHasChildren() {
    #expect(Adjacency([], nodes: 3)[2].isEmpty)
    #expect(Adjacency([], nodes: 3).isAcyclic)
  }

  /// A random graph whose edges all lead upwards has no cycle; one edge down along a path closes one.
  @Test(arguments: [UInt64(1), 2, 3, 4])
  func tellsCycles(seed: UInt64) {
    var random = SplitMix(state: seed)
    var edges: [(parent: Int32, child: Int32)] = (0..<99).map { ($0, $0 + 1) }
    for _ in 0..<300 {
      let parent = Int32.random(in: 0..<99, using: &random)
      edges.append((parent, Int32.random(in: parent + 1..<100, using: &random)))
    }
    #expect(Adjacency(edges, nodes: 100).isAcyclic)
    let child = Int32.random(in: 0..<50, using: &random)
    edges.append((Int32.random(in: child + 1..<100, using: &random), child))
    #expect(!Adjacency(edges, nodes: 100).isAcyclic)
  }
}
