import BanyanCore
import BanyanJSON

/// What a client asks of a list.
public struct ListQuery: Sendable {
  /// The most items on one page.
  public static let mostResults = 10_000
  /// The parameters of a URL that a query is made of.
  public static let parameters = ["where", "projection", "sort", "page", "max_results"]

  /// Which items; nil: all.
  public var filter: Filter?
  /// Which of their fields; nil: all.
  public var projection: Projection?
  /// In which order; nil: by `_id`.
  public var sort: Sort?
  /// From 1.
  public var page = 1
  /// Items on a page.
  public var maxResults = 128

  /// All items, the first page.
  public init() {}

  /// Reads the parameters of a URL, decoded. Others than ``parameters`` must be known to the caller.
  /// - Parameter others: parameters that are not the query's.
  public init(
    parameters: some Sequence<(key: String, value: String)>, fields: FieldSet, others: [String] = []
  ) throws(Rejection) {
    var seen: Set<String> = []
    for (key, value) in parameters where !others.contains(key) {
      guard seen.insert(key).inserted else { throw Rejection.field(key, "given twice; give it once") }
      switch key {
      case "where": filter = try Filter(text: value, fields: fields)
      case "projection": projection = try Projection(text: value, fields: fields)
      case "sort": sort = try Sort(text: value, fields: fields)
      case "page": page = try Self.number(Int(value), in: 1...Int(Int32.max), key)
      case "max_results": maxResults = try Self.number(Int(value), in: 1...Self.mostResults, key)
      default:
        let suggestion = Spelling.suggestion(for: key, among: Self.parameters + others)
        throw Rejection.field(key, "an unknown parameter\(suggestion.isEmpty ? "; leave it out" : suggestion)")
      }
    }
  }

  /// Reads the members of a `get`.
  public init(message: JSONNode, fields: FieldSet) throws(Rejection) {
    if let node = message["where"] { filter = try Filter(node, fields: fields) }
    if let node = message["projection"] { projection = try Projection(node, fields: fields) }
    if let node = message["sort"] {
      guard let text = node.string else { throw Rejection.field("sort", "\(node.kindName); give a string") }
      sort = try Sort(text: text, fields: fields)
    }
    if let node = message["page"] {
      page = try Self.number(node.integer.flatMap(Int.init(exactly:)), in: 1...Int(Int32.max), "page")
    }
    if let node = message["max_results"] {
      maxResults = try Self.number(node.integer.flatMap(Int.init(exactly:)), in: 1...Self.mostResults, "max_results")
    }
  }

  private static func number(
    _ number: Int?, in range: ClosedRange<Int>, _ field: String
  ) throws(Rejection) -> Int {
    guard let number, range.contains(number) else {
      let problem = number.map { "\($0)" } ?? "not an integer"
      throw Rejection.field(field, "\(problem); give an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}

/// A page of a list.
public struct Selection<Item: Listed>: Sendable {
  /// Those on the page.
  public var items: [Item]
  /// From 1.
  public var page: Int
  /// Items on a page.
  public var maxResults: Int
  /// All that are wanted, on whatever page.
  public var total: Int
}

extension ListQuery {
  /// Picks the page out of all items, which come in the order of `_id`. Memory is bounded by the pages up to this
  /// one, however many items there are.
  public func select<Item: Listed>(from items: some Sequence<Item>) -> Selection<Item> {
    let start = (page - 1).multipliedReportingOverflow(by: maxResults)
    let first = start.overflow ? Int.max - maxResults : start.partialValue
    var total = 0
    var chosen: [Item] = []
    if let sort {
      var best = SortedFront<Item>(sort: sort, count: first + maxResults)
      for item in items where filter?.matches(item) ?? true {
        total += 1
        best.offer(item)
      }
      chosen = Array(best.items().dropFirst(first))
    } else {
      for item in items where filter?.matches(item) ?? true {
        if total >= first, chosen.count < maxResults { chosen.append(item) }
        total += 1
      }
    }
    return Selection(items: chosen, page: page, maxResults: maxResults, total: total)
  }
}

/// The first so many of a sorted list, while its items pass by: twice as many are gathered, then the rest goes.
private struct SortedFront<Item: Listed> {
  let sort: Sort
  let count: Int
  private var gathered: [(values: [FieldValue], item: Item)] = []
  private var isFull = false

  init(sort: Sort, count: Int) {
    self.sort = sort
    self.count = count
  }

  mutating func offer(_ item: Item) {
    let values = sort.values(of: item)
    // Once full, the last of those that were kept is a bar.
    if isFull, count > 0, count <= gathered.count {
      let bar = gathered[count - 1]
      guard sort.precedes(values, item.listedID, bar.values, bar.item.listedID) else { return }
    }
    gathered.append((values, item))
    if gathered.count / 2 >= max(count, 1024) { trim() }
  }

  mutating func items() -> [Item] {
    trim()
    return gathered.map(\.item)
  }

  private mutating func trim() {
    let sort = sort
    gathered.sort {
      sort.precedes($0.values, $0.item.listedID, $1.values, $1.item.listedID)
    }
    if gathered.count > count {
      gathered.removeLast(gathered.count - count)
      isFull = true
    }
  }
}
