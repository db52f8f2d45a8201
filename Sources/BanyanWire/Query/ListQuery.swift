import BanyanCore
import BanyanJSON

/// What a client asks of a list.
public struct ListQuery: Sendable {
  /// The most items on one page.
  public static let maxPageSize = 10_000
  /// The parameters of a URL that a query is made of.
  public static let parameters = ["where", "projection", "sort", "page", "max_results"]

  /// Which items; nil: all.
  public var filter: Filter?
  /// Which of their fields; nil: all.
  public var projection: Projection?
  /// In which order; nil: by `_id`.
  public var sort: Sort?
  /// The number of the page that is wanted, from 1.
  public var page = 1
  /// Items on a page.
  public var maxResults = 128

  /// All items, the first page.
  public init() {}

  /// Reads the parameters of a URL, decoded. Others than ``parameters`` must be known to the caller.
  /// - Parameters:
  ///   - parameters: names and values, decoded.
  ///   - fields: those that the query may name.
  ///   - others: parameters that are not the query's.
  public init(
    parameters: [(String, String)], fields: FieldSet, others: [String] = []
  ) throws(Rejection) {
    var seen: Set<String> = []
    for (key, value) in parameters where !others.contains(key) {
      guard seen.insert(key).inserted else { throw Rejection.field(key, "given twice; give it once") }
      switch key {
      case "where": filter = try Filter(text: value, fields: fields)
      case "projection": projection = try Projection(text: value, fields: fields)
      case "sort": sort = try Sort(text: value, fields: fields)
      case "page": page = try Self.number(WholeNumber.value(of: value), in: 1...Int(Int32.max), key)
      case "max_results": maxResults = try Self.number(WholeNumber.value(of: value), in: 1...Self.maxPageSize, key)
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
      page = try Self.number(node.wholeNumber, in: 1...Int(Int32.max), "page")
    }
    if let node = message["max_results"] {
      maxResults = try Self.number(node.wholeNumber, in: 1...Self.maxPageSize, "max_results")
    }
  }

  private static func number(
    _ given: Int64?, in range: ClosedRange<Int>, _ field: String
  ) throws(Rejection) -> Int {
    let number = given.map { Int(clamping: $0) }
    guard let number, range.contains(number) else {
      let problem = number.map { "\($0)" } ?? "not an integer"
      throw Rejection.field(field, "\(problem); give an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
