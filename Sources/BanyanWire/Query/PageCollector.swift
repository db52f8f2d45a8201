import BanyanCore

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

  /// A page of its parts.
  public init(items: [Item], page: Int, maxResults: Int, total: Int) {
    self.items = items
    self.page = page
    self.maxResults = maxResults
    self.total = total
  }
}

/// Picks a page out of items that pass by in any order. Memory is bounded by the pages up to that one, however many
/// items there are: twice as many are gathered, then the rest goes.
public struct PageCollector<Item: Listed> {
  private let query: ListQuery
  private let keys: Sort
  private let first: Int
  private let count: Int
  private var gathered: [(values: [FieldValue], item: Item)] = []
  /// Whether any were let go: from then on the last of those that were kept is a bar.
  private var hasBar = false
  private var total = 0

  /// Nothing gathered yet.
  public init(_ query: ListQuery) {
    self.query = query
    keys = query.sort ?? Sort.byIdentifier
    let (start, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.maxResults)
    first = overflow ? Int.max - query.maxResults : start
    count = first + query.maxResults
  }

  /// Takes an item, if it is wanted.
  public mutating func offer(_ item: Item) {
    guard query.filter?.matches(item) ?? true else { return }
    total += 1
    let values = keys.values(of: item)
    if hasBar {
      let bar = gathered[count - 1]
      guard keys.precedes(values, item.listedID, bar.values, bar.item.listedID) else { return }
    }
    gathered.append((values, item))
    if gathered.count / 2 >= max(count, 1024) { trim() }
  }

  /// The page.
  public consuming func selection() -> Selection<Item> {
    trim()
    return Selection(
      items: gathered.dropFirst(first).map(\.item), page: query.page, maxResults: query.maxResults, total: total)
  }

  private mutating func trim() {
    let keys = keys
    gathered.sort { keys.precedes($0.values, $0.item.listedID, $1.values, $1.item.listedID) }
    if gathered.count > count {
      gathered.removeLast(gathered.count - count)
      hasBar = true
    }
  }
}

extension ListQuery {
  /// Picks the page out of items in any order.
  public func select<Item: Listed>(from items: some Sequence<Item>) -> Selection<Item> {
    var collector = PageCollector<Item>(self)
    for item in items { collector.offer(item) }
    return collector.selection()
  }
}
