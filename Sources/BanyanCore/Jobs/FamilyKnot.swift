/// Members of one family that all wait for the same members of another one.
struct FamilyKnot {
  var parents: [UInt32]
  var children: [UInt32]

  /// So many single edges are made of a knot; what would be more goes through a tie (``TaskEntry/isTie``).
  private static let maxEdges = 4096

  /// Whether it is made of a tie rather than of single edges.
  var isTied: Bool { parents.count * children.count > Self.maxEdges }
}

extension FamilyEdge {
  /// Whether it names single members, or those of some values, whoever waits.
  var namesMembers: Bool {
    !conditions.isEmpty && conditions.allSatisfy { if case .text = $0.value { true } else { false } }
  }
}

extension Family {
  /// The members that an edge names by all their values, found where they stand; else all are looked at.
  func members(namedBy edge: FamilyEdge) -> [UInt32] {
    let wanted = edge.conditions.map { condition -> (place: Int, text: String) in
      if case .text(let text) = condition.value { (condition.parameter, text) } else { (condition.parameter, "") }
    }
    guard let parameters else { return [] }
    if case .range(let spans) = parameters, let text = wanted.first?.text {
      // A number is written in one way.
      guard let number = Int64(text), String(number) == text else { return [] }
      var before = 0
      for span in spans {
        if (span.first...span.last).contains(number), (number - span.first) % span.step == 0 {
          return [firstMember + UInt32(before) + UInt32((number - span.first) / span.step)]
        }
        before += span.count
      }
      return []
    }
    return members.filter { member in
      let values = parameters.values(at: Int(member - firstMember))
      return wanted.allSatisfy { $0.place < values.count && values[$0.place].isSame(as: $0.text) }
    }
  }
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
      // All that is named one by one of a family is waited for together, however many they are.
      var named: [(parent: Int, edges: [FamilyEdge])] = []
      for edge in family.after where indices.contains(edge.parent) {
        if !edge.namesMembers {
          knots += self.knots(of: edge, into: family)
        } else if let place = named.firstIndex(where: { $0.parent == edge.parent }) {
          named[place].edges.append(edge)
        } else {
          named.append((edge.parent, [edge]))
        }
      }
      for (parent, edges) in named {
        let members = Set(edges.flatMap { self[parent].members(namedBy: $0) }).sorted()
        knots.append(FamilyKnot(parents: members, children: Swift.Array(family.members)))
      }
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
