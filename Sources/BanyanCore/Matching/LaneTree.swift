/// The lanes of one group, found by what they ask for: a k-d tree (Bentley 1975) with buckets as leaves, whose nodes
/// know the earliest turn and the least demand below them. Up to ``LaneTree/bucketSize`` lanes are one bucket, which is
/// read from end to end; a hundred thousand shapes are a dozen steps.
///
/// A bucket is split at a power of two between its ends, on the axis that divides it most evenly: each split fixes a
/// bit of one of four numbers, so that the depth is bounded whatever order the lanes come in, and nothing is rebuilt.
struct LaneTree: Sendable {
  static var bucketSize: Int { 64 }

  private var nodes: ContiguousArray<Node> = [Node(parent: -1)]
  private var vacant: [Int32] = []
  /// How many lanes are in the tree.
  private(set) var count = 0

  private struct Node: Sendable {
    /// The smallest of each number below; it doesn't rise again when lanes go.
    var least = Demand(repeating: .max)
    /// The earliest turn below; `.max`: none.
    var turn = UInt64.max
    var parent: Int32
    /// -1: this is a leaf.
    var left: Int32 = -1
    var right: Int32 = -1
    var axis = 0
    /// What is less goes to the left.
    var split: Int64 = 0
    var heads: ContiguousArray<Head> = []

    init(parent: Int32) { self.parent = parent }
    var isLeaf: Bool { left < 0 }
  }

  /// What a search reads of a lane.
  private struct Head: Sendable {
    var demand: Demand
    /// `.max`: nothing in it can be claimed.
    var turn: UInt64
    var lane: LaneNumber
    /// The whole request, where the four numbers don't say all.
    var special: Boxed<ResourceRequest>?
    /// How long a worker has to stay for its tasks, in milliseconds (``LaneKey/needed``).
    var needed: Int64
    /// Workers that it is not given to.
    var avoided: Boxed<Avoided>?

    /// Whether it is not given to the worker whose this is.
    func isKept(from free: borrowing Free, _ rivals: borrowing Rivals, _ queue: UInt32) -> Bool {
      guard let avoided = avoided?.value else { return false }
      if avoided.lacking.contains(free.worker) { return true }
      return avoided.last == free.worker
        && rivals.canRun(demand, special?.value, of: queue, needing: needed, except: avoided.lacking)
    }
  }

  // MARK: Search

  /// A lane and the turn of its head.
  typealias Found = (turn: UInt64, lane: LaneNumber)

  /// The lane whose head has the earliest turn of those that stay within the limit and fit, if it is earlier than this
  /// one.
  /// - Parameters:
  ///   - rivals: others that could take what shall go to another worker first.
  ///   - queue: of all these lanes.
  func first(
    within limit: Demand, before turn: UInt64, fitting free: Free, _ rivals: Rivals, queue: UInt32
  ) -> Found? {
    var best: Found = (turn, .none)
    nodes.withUnsafeBufferPointer { Self.search(0, $0, limit, free, rivals, queue, &best) }
    return best.lane == .none ? nil : best
  }

  private static func search(
    _ number: Int32, _ nodes: UnsafeBufferPointer<Node>, _ limit: Demand, _ free: borrowing Free,
    _ rivals: borrowing Rivals, _ queue: UInt32, _ best: inout Found
  ) {
    let node = Int(number)
    guard nodes[node].turn < best.turn, nodes[node].least.stays(within: limit) else { return }
    if nodes[node].isLeaf {
      nodes[node].heads.withUnsafeBufferPointer { heads in
        for place in heads.indices where heads[place].turn < best.turn && heads[place].demand.stays(within: limit) {
          if let special = heads[place].special, !free.fits(special.value) { continue }
          if free.stay < .max, !free.hasTime(for: heads[place].needed) { continue }
          if heads[place].avoided != nil, heads[place].isKept(from: free, rivals, queue) { continue }
          best = (heads[place].turn, heads[place].lane)
        }
      }
      return
    }
    let (left, right) = (nodes[node].left, nodes[node].right)
    let leftFirst = nodes[Int(left)].turn <= nodes[Int(right)].turn
    search(leftFirst ? left : right, nodes, limit, free, rivals, queue, &best)
    search(leftFirst ? right : left, nodes, limit, free, rivals, queue, &best)
  }

  // MARK: Changes

  /// Adds a lane, of which nothing can be claimed yet.
  mutating func insert(
    _ lane: LaneNumber, demand: Demand, _ lanes: inout ContiguousArray<Lane>
  ) {
    let key = lanes[Int(lane)].key
    var node = 0
    while true {
      nodes[node].least = pointwiseMin(nodes[node].least, demand)
      if nodes[node].isLeaf { break }
      node = Int(demand[nodes[node].axis] < nodes[node].split ? nodes[node].left : nodes[node].right)
    }
    let head = Head(
      demand: demand, turn: .max, lane: lane, special: key.shape.special, needed: key.needed, avoided: key.avoided)
    put(head, into: node, &lanes)
    count += 1
    // Lanes that are all alike can't be divided; it isn't tried again with each of them.
    if nodes[node].heads.count % Self.bucketSize == 1, nodes[node].heads.count > Self.bucketSize { split(node, &lanes) }
  }

  /// The lane has another head.
  mutating func setTurn(_ turn: UInt64, leaf: Int32, place: Int32) {
    let node = Int(leaf)
    let old = nodes[node].heads[Int(place)].turn
    nodes[node].heads[Int(place)].turn = turn
    if turn < nodes[node].turn || old == nodes[node].turn { refresh(node) }
  }

  /// Takes an empty lane out.
  mutating func remove(_ lane: Lane, _ lanes: inout ContiguousArray<Lane>) {
    let (node, place) = (Int(lane.leaf), Int(lane.place))
    nodes[node].heads.swapAt(place, nodes[node].heads.count - 1)
    nodes[node].heads.removeLast()
    if place < nodes[node].heads.count { lanes[Int(nodes[node].heads[place].lane)].place = Int32(place) }
    count -= 1
    refresh(node)
    merge(node, &lanes)
  }

  private mutating func put(_ head: Head, into node: Int, _ lanes: inout ContiguousArray<Lane>) {
    lanes[Int(head.lane)].leaf = Int32(node)
    lanes[Int(head.lane)].place = Int32(nodes[node].heads.count)
    nodes[node].heads.append(head)
    nodes[node].turn = min(nodes[node].turn, head.turn)
    nodes[node].least = pointwiseMin(nodes[node].least, head.demand)
  }

  /// Recounts the earliest turn, upwards for as long as it changes.
  private mutating func refresh(_ start: Int) {
    var node = start
    while true {
      var turn = UInt64.max
      if nodes[node].isLeaf {
        nodes[node].heads.withUnsafeBufferPointer { heads in
          for place in heads.indices { turn = min(turn, heads[place].turn) }
        }
      } else {
        turn = min(nodes[Int(nodes[node].left)].turn, nodes[Int(nodes[node].right)].turn)
      }
      guard turn != nodes[node].turn else { return }
      nodes[node].turn = turn
      guard nodes[node].parent >= 0 else { return }
      node = Int(nodes[node].parent)
    }
  }

  private mutating func split(_ node: Int, _ lanes: inout ContiguousArray<Lane>) {
    let heads = nodes[node].heads
    guard let (axis, value) = Self.division(of: heads) else { return }
    let (left, right) = (newNode(parent: node), newNode(parent: node))
    nodes[node].heads = []
    nodes[node].left = Int32(left)
    nodes[node].right = Int32(right)
    nodes[node].axis = axis
    nodes[node].split = value
    for head in heads { put(head, into: head.demand[axis] < value ? left : right, &lanes) }
  }

  /// The axis and the value that divide these most evenly; nil if they are all alike.
  private static func division(of heads: ContiguousArray<Head>) -> (axis: Int, value: Int64)? {
    var best: (axis: Int, value: Int64, larger: Int)?
    for axis in 0..<Demand.scalarCount {
      let values = heads.lazy.map { $0.demand[axis] }
      guard let low = values.min(), let high = values.max(), low != high else { continue }
      // The highest bit in which the ends differ: all with it are on the right, all without it on the left.
      let bit = Int64(1) << Int64(63 - (low ^ high).leadingZeroBitCount)
      let value = high & ~(bit - 1)
      let left = values.count { $0 < value }
      let larger = max(left, heads.count - left)
      if larger < best?.larger ?? .max { best = (axis, value, larger) }
    }
    return best.map { ($0.axis, $0.value) }
  }

  /// Two small neighbours become one bucket again.
  private mutating func merge(_ start: Int, _ lanes: inout ContiguousArray<Lane>) {
    var node = start
    while nodes[node].parent >= 0 {
      let parent = Int(nodes[node].parent)
      let (left, right) = (Int(nodes[parent].left), Int(nodes[parent].right))
      guard nodes[left].isLeaf, nodes[right].isLeaf,
        nodes[left].heads.count + nodes[right].heads.count <= Self.bucketSize / 2
      else { return }
      let heads = nodes[left].heads + nodes[right].heads
      for child in [left, right] {
        nodes[child] = Node(parent: -1)
        vacant.append(Int32(child))
      }
      let grandparent = nodes[parent].parent
      nodes[parent] = Node(parent: grandparent)
      for head in heads { put(head, into: parent, &lanes) }
      node = parent
    }
  }

  private mutating func newNode(parent: Int) -> Int {
    if let reused = vacant.popLast() {
      nodes[Int(reused)] = Node(parent: Int32(parent))
      return Int(reused)
    }
    nodes.append(Node(parent: Int32(parent)))
    return nodes.count - 1
  }
}
