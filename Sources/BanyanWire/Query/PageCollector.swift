import BanyanCore

/// A page of a list.
public struct Selection<Item: Listed>: Sendable {
  /// Those on the page.
  public var items: [Item]
  /// The page's number, from 1.
  public var page: Int
  /// Items on a page.
  public var maxResults: Int
  /// All that are wanted, on whatever page.
  public var total: Int
  /// Behind which the list goes on; nil: it doesn't, or not in an order that has cursors.
  public var next: ListCursor?

  /// A page of its parts.
  public init(items: [Item], page: Int, maxResults: Int, total: Int, next: ListCursor? = nil) {
    self.items = items
    self.page = page
    self.maxResults = maxResults
    self.total = total
    self.next = next
  }
}

/// Picks a page out of items that pass by in any order. Memory is bounded by the pages up to that one, however many
/// items there are: twice as many are gathered, then the rest goes.
public struct PageCollector<Item: Listed> {
  private let query: ListQuery
  private let effort: Effort
  private let keys: Sort
  private let first: Int
  private let count: Int
  private var gathered: [(values: [FieldValue], item: Item)] = []
  /// Whether any were let go: from then on the last of those that were kept is a bar.
  private var hasBar = false
  private var total = 0
  /// How many of them lie before the cursor.
  private var before = 0

  /// Nothing gathered yet.
  /// - Parameters:
  ///   - query: what is wanted, in which order, and which page.
  ///   - items: so many will be offered at most; of a page behind them nothing needs to be kept.
  ///   - effort: what may be spent on it.
  public init(_ query: ListQuery, of items: Int = .max, _ effort: Effort) {
    self.query = query
    self.effort = effort
    keys = query.sort ?? Item.listedOrder
    let (start, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.maxResults)
    first = overflow ? Int.max - query.maxResults : start
    count = first < items ? first + query.maxResults : 0
  }

  /// Takes an item, if it is wanted.
  public mutating func offer(_ item: Item) throws(Rejection) {
    try effort.spend(1)
    guard try query.filter?.matches(item, effort) ?? true else { return }
    total += 1
    if let after = query.after, let cursor = item.listedCursor, cursor <= after {
      before += 1
      return
    }
    guard count > 0 else { return }
    let values = keys.values(of: item)
    for value in values { try effort.spend(1 + value.weight) }
    if hasBar {
      let bar = gathered[count - 1]
      guard keys.precedes(values, item.listedID, bar.values, bar.item.listedID) else { return }
    }
    gathered.append((values, item))
    if gathered.count / 2 >= max(count, 1024) { try trim() }
  }

  /// Sorts what is left and cuts the page that was asked for; empty behind the last one.
  public consuming func selection() throws(Rejection) -> Selection<Item> {
    try trim()
    let items = gathered.dropFirst(first).map(\.item)
    let isLast = items.isEmpty || query.sort != nil || before + first + items.count >= total
    return Selection(
      items: items, page: query.page, maxResults: query.maxResults, total: total,
      next: isLast ? nil : items.last?.listedCursor)
  }

  private mutating func trim() throws(Rejection) {
    let (keys, effort) = (keys, effort)
    do {
      try gathered.sort { left, right in
        try effort.spend(1 + keys.cost(left.values))
        return keys.precedes(left.values, left.item.listedID, right.values, right.item.listedID)
      }
    } catch let rejection as Rejection {
      throw rejection
    } catch {
      throw Rejection(.unavailable, "The list could not be sorted.")
    }
    if gathered.count > count {
      gathered.removeLast(gathered.count - count)
      hasBar = count > 0
    }
  }
}

extension ListQuery {
  /// Picks the page out of items in any order.
  public func select<Item: Listed>(
    from items: some Collection<Item>, _ effort: Effort
  ) throws(Rejection) -> Selection<Item> {
    var collector = PageCollector<Item>(self, of: items.count, effort)
    for item in items { try collector.offer(item) }
    return try collector.selection()
  }
}
