import BanyanClient
import BanyanCore
import BanyanJSON

/// What a job and its tasks are, as the server tells it.
struct JobReading: Sendable {
  /// A GET request and the JSON of its answer.
  typealias Asking = @Sendable (_ path: String, _ query: [(String, String)]) async throws -> JSON

  let ask: Asking

  /// A job as it stands.
  func job(_ number: Int64) async throws -> JobView {
    let document = try await ask("/jobs/\(number)", [])
    guard let view = JobView(document) else {
      throw ConnectionError.notBanyan("the server", reason: "its answer to /jobs/\(number) is no job")
    }
    return view
  }

  // MARK: Its tasks

  /// So many tasks are asked for at once.
  private static let page = 10_000

  /// The newest tasks of its members, in their order.
  /// - Parameter members: of these alone; nil: of all.
  func tasks(
    of number: Int64, members: [ClosedRange<Int64>]? = nil, matching filter: JSON? = Optional.none,
    query: [(String, String)] = [], limit: Int = .max
  ) async throws -> [JSON] {
    var query = query
    let parts = [members.map(Self.filter), filter].compactMap(\.self)
    if let first = parts.first {
      query.append(("where", (parts.count == 1 ? first : ["$and": .array(parts)]).encodedString()))
    }
    var items: [JSON] = []
    var page = 1
    var place = ("page", "1")
    while items.count < limit {
      let size = min(limit, Self.page)
      let answer = try await ask("/jobs/\(number)/tasks", query + [("max_results", "\(size)"), place])
      guard let found = answer["_items"]?.array else {
        throw ConnectionError.notBanyan("the server", reason: "its answer to /jobs/\(number)/tasks is no list")
      }
      items += found
      if found.count < size { break }
      page += 1
      // Behind the last one, where the server says how: it needn't count those before.
      place = answer["_links"]?["next"]?["after"]?.string.map { ("after", $0) } ?? ("page", "\(page)")
    }
    return Array(items.prefix(limit))
  }

  /// The identifiers of the same.
  func ids(of number: Int64, members: [ClosedRange<Int64>]? = nil) async throws -> [String] {
    let ids = try await tasks(of: number, members: members, query: [("projection", #"{"_id": 1}"#)])
      .compactMap { $0["_id"]?.string }
    guard members == nil || !ids.isEmpty else {
      throw NotFound("job \(number) has no member \(Self.text(of: members ?? [])); `banyan list \(number)` shows them")
    }
    return ids
  }

  /// Members by their numbers, in the language of filters.
  static func filter(_ members: [ClosedRange<Int64>]) -> JSON {
    let parts: [JSON] = members.map { range in
      range.lowerBound == range.upperBound
        ? ["member": .integer(range.lowerBound)]
        : ["member": ["$gte": .integer(range.lowerBound), "$lte": .integer(range.upperBound)]]
    }
    return parts.count == 1 ? parts[0] : ["$or": .array(parts)]
  }

  /// Members as they are typed, as in `3-9,12`.
  static func text(of members: [ClosedRange<Int64>]) -> String {
    members.map { $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}
