import BanyanCore
import BanyanWire

/// Most tests look at what is found, not at what it costs.
extension Filter {
  func matches(_ item: some Listed) throws(Rejection) -> Bool { try matches(item, .unbounded) }
  func matches(_ task: TaskRecord) throws(Rejection) -> Bool { try matches(task, .unbounded) }
}

extension Pattern {
  func matches(_ text: String) throws(Rejection) -> Bool { try matches(text, .unbounded) }
}

extension ListQuery {
  func select<Item: Listed>(from items: some Collection<Item>) throws(Rejection) -> Selection<Item> {
    try select(from: items, .unbounded)
  }
}
