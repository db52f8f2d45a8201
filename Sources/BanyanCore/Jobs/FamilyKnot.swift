/// Members of one family that all wait for the same members of another one.
struct FamilyKnot {
  var parents: [UInt32]
  var children: [UInt32]

  /// So many single edges are made of a knot; what would be more goes through a tie (``TaskEntry/isTie``).
  private static let maxEdges = 4096

  /// Whether it is made of a tie rather than of single edges.
  var isTied: Bool { parents.count * children.count > Self.maxEdges }
}

extension [Family] {
  /// Whether each has edges within the job, in either direction.
  var haveEdges: [Bool] {
    var have = map { !$0.after.isEmpty }
    for family in self { for edge in family.after where indices.contains(edge.parent) { have[edge.parent] = true } }
    return have
  }

  /// The knots of all edges, in an order that hangs on nothing but the families.
  var knots: [FamilyKnot] {
    var knots: [FamilyKnot] = []
    for family in self {
      for edge in family.after where indices.contains(edge.parent) { knots += self.knots(of: edge, into: family) }
    }
    return knots
  }

  /// The knots of one edge: one for each combination of values that it tells apart.
  func knots(of edge: FamilyEdge, into child: Family) -> [FamilyKnot] {
    let parent = self[edge.parent]
    guard !edge.conditions.isEmpty else {
      return [FamilyKnot(parents: Swift.Array(parent.members), children: Swift.Array(child.members))]
    }
    var places: [[CodePoints]: Int] = [:]
    var knots: [FamilyKnot] = []
    for member in child.members {
      let own = child.parameters?.values(at: Int(member - child.firstMember)) ?? []
      let key = edge.conditions.map { condition in
        switch condition.value {
        case .same(let place): CodePoints(place < own.count ? own[place] : "")
        case .text(let text): CodePoints(text)
        }
      }
      if let place = places[key] {
        knots[place].children.append(member)
      } else {
        places[key] = knots.count
        knots.append(FamilyKnot(parents: [], children: [member]))
      }
    }
    for member in parent.members {
      let values = parent.parameters?.values(at: Int(member - parent.firstMember)) ?? []
      let key = edge.conditions.map { CodePoints($0.parameter < values.count ? values[$0.parameter] : "") }
      if let place = places[key] { knots[place].parents.append(member) }
    }
    return knots
  }
}
