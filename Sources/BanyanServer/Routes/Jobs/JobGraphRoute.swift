import BanyanCore
import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/jobs/N/graph`: what waits for what, between members or between families, whatever has ended of it.
struct JobGraphRoute: Sendable {
  let queue: TaskQueue

  /// More edges are no picture any more.
  static let maxEdges = 100_000

  func add(to table: RouteTable) {
    let operation = Operation.item("Tells what waits for what in a job.", Self.schema, query: [Self.by])
    table.add("/jobs/{id}/graph", [.get: .for(.readers, operation, graph)])
  }

  private static var by: Operation.Parameter {
    .init(name: "by", meaning: "What is drawn: members, or families.", schema: Schema.word(["member", "family"]))
  }

  private static var schema: JSON {
    let edge = Schema.list(of: Schema.integer, atMost: 2)
    let family = Schema.object([
      ("name", Schema.orNull(Schema.text)), ("count", Schema.integer), ("counts", Schema.integers),
    ])
    return Schema.object([
      ("number", Schema.integer), ("by", Schema.word(["member", "family"])), ("families", Schema.list(of: family)),
      ("edges", Schema.list(of: edge)),
    ])
  }

  private func graph(_ request: RestRequest) async throws -> Response {
    let number = try request.jobNumber()
    let parameters = try request.parameters()
    try parameters.allow(["by"])
    let by = try parameters.value("by") ?? "member"
    guard by == "member" || by == "family" else {
      throw Rejection.field("by", "'\(by.prefix(64))'; give member or family")
    }
    let view = await queue.view()
    guard let job = view.job(number) else { throw JobRoutes.noJob(number.description) }
    let ranges = job.families.map(\.members)
    return .json(
      .ok,
      try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
        let edges =
          by == "family"
          ? try Self.ofFamilies(number, ranges, view, effort) : try Self.ofMembers(number, view, effort)
        let counts = try view.counts(of: number, in: ranges) { cost throws(Rejection) in try effort.spend(cost) }
        return JSONText.object { body in
          body.set("number", Int64(clamping: number.value))
          body.set("by", by)
          body.array("families") { list in
            for (family, counts) in zip(job.families, counts) {
              list.object { body in
                body.set("name", ifPresent: family.name)
                body.set("count", family.members.count)
                body.object("counts") { body in
                  for state in MemberState.allCases { body.set(dynamicKey: state.name, Int64(counts[state])) }
                }
              }
            }
          }
          body.array("edges") { list in
            for edge in edges {
              list.array { pair in
                pair.append(edge.parent)
                pair.append(edge.child)
              }
            }
          }
        }
      })
  }

  /// By the numbers of members.
  private static func ofMembers(
    _ number: JobNumber, _ view: QueueView, _ effort: Effort
  ) throws(Rejection) -> [FamilyLine] {
    var edges: [FamilyLine] = []
    try view.forEachEdge(of: number) { parent, child throws(Rejection) in
      try effort.spend(2)
      guard edges.count < maxEdges else {
        throw Rejection(.tooLarge, "The job has more than \(maxEdges) edges between members; ask with by=family.")
      }
      edges.append(FamilyLine(parent: Int(parent), child: Int(child)))
    }
    return edges
  }

  /// By the places of families, from 1.
  private static func ofFamilies(
    _ number: JobNumber, _ ranges: [Range<UInt32>], _ view: QueueView, _ effort: Effort
  ) throws(Rejection) -> [FamilyLine] {
    let lines = try view.familyEdges(
      of: number, family: { member in place(of: member, in: ranges) }
    ) { cost throws(Rejection) in try effort.spend(cost) }
    return lines.map { FamilyLine(parent: $0.parent + 1, child: $0.child + 1) }
  }

  private static func place(of member: UInt32, in ranges: [Range<UInt32>]) -> Int {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= member { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
