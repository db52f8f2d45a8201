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
  /// Only items behind this place, in the list's own order; nil: from the first.
  public var after: ListCursor?
  /// Tasks that were tried again are wanted beside those in their places.
  public var showsReplaced = false

  /// All items, the first page.
  public init() {}

  /// Reads the parameters of a URL, decoded. Others than ``parameters`` must be known to the caller.
  /// - Parameters:
  ///   - parameters: names and values, decoded.
  ///   - fields: those that the query may name.
  ///   - others: parameters that are not the query's.
  ///   - cursor: what `after` is there; nil: the list has no cursors.
  public init(
    parameters: [(String, String)], fields: FieldSet, others: [String] = [], cursor: ListCursor.Form? = nil
  ) throws(Rejection) {
    var seen: Set<String> = []
    let further = (cursor == nil ? [] : ["after"]) + (fields.isTasks ? ["replaced"] : [])
    for (key, value) in parameters where !others.contains(key) {
      guard seen.insert(key).inserted else { throw Rejection.field(key, "given twice; give it once") }
      switch key {
      case "where": filter = try Filter(text: value, fields: fields)
      case "projection": projection = try Projection(text: value, fields: fields)
      case "sort": sort = try Sort(text: value, fields: fields)
      case "page": page = try Self.number(WholeNumber.value(of: value), in: 1...Int(Int32.max), key)
      case "max_results": maxResults = try Self.number(WholeNumber.value(of: value), in: 1...Self.maxPageSize, key)
      case "after" where cursor != nil: after = try Self.cursor(value, cursor ?? .task)
      case "replaced" where fields.isTasks:
        guard let flag = Bool(value) else { throw .field(key, "\(value.prefix(64)); give true or false") }
        showsReplaced = flag
      default:
        let suggestion = Spelling.suggestion(for: key, among: Self.parameters + others + further)
        throw Rejection.field(key, "an unknown parameter\(suggestion.isEmpty ? "; leave it out" : suggestion)")
      }
    }
    try checkCursor(hasPage: seen.contains("page"))
    if filter?.namesReplaced ?? false { showsReplaced = true }
  }

  private static func cursor(_ text: String?, _ form: ListCursor.Form) throws(Rejection) -> ListCursor {
    guard let cursor = text.flatMap({ ListCursor($0, form) }) else {
      let example = form == .job ? "a job's number, as 12" : "a job's number and a member's, as 12.7"
      throw .field("after", "no cursor of this list; give the one of the page before (\(example))")
    }
    return cursor
  }

  /// A cursor is a place in the list's own order.
  private func checkCursor(hasPage: Bool) throws(Rejection) {
    guard after != nil else { return }
    if sort != nil { throw .field("sort", "given beside after, which follows the list's own order; give one of them") }
    if hasPage { throw .field("page", "given beside after; give one of them") }
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
    if let node = message["after"] { after = try Self.cursor(node.string, .task) }
    if let node = message["replaced"] {
      guard let flag = node.bool else { throw Rejection.field("replaced", "\(node.kindName); give true or false") }
      showsReplaced = flag
    }
    try checkCursor(hasPage: message["page"] != nil)
    if filter?.namesReplaced ?? false { showsReplaced = true }
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
