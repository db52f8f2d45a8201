import BanyanCore

/// How two values stand to each other.
enum Ordering { case less, same, more }

extension FieldValue {
  /// How this stands to another value; nil where their types have no order between them.
  func ordering(to other: FieldValue) -> Ordering? {
    switch (self, other) {
    case (.integer(let left), .integer(let right)): Self.order(left, right)
    case (.real(let left), .real(let right)): left.isNaN || right.isNaN ? nil : Self.order(left, right)
    case (.integer(let left), .real(let right)): Self.order(left, right)
    case (.real(let left), .integer(let right)):
      switch Self.order(right, left) {
      case .less: .more
      case .more: .less
      case .same: .same
      case nil: nil
      }
    case (.text(let left), .text(let right)): Self.order(left.codePointOrder(to: right), 0)
    case (.identifier(let left), .identifier(let right)): Self.order(left, right)
    case (.identifier(let left), .text(let right)): Self.order(left.description.codePointOrder(to: right), 0)
    case (.text(let left), .identifier(let right)): Self.order(left.codePointOrder(to: right.description), 0)
    case (.date(let left), .date(let right)): Self.order(left, right)
    case (.bool(let left), .bool(let right)): Self.order(left ? 1 : 0, right ? 1 : 0)
    default: nil
    }
  }

  /// Whether this is the same value. Members of objects may stand in any order.
  func isSame(as other: FieldValue, _ effort: Effort) throws(Rejection) -> Bool {
    try effort.spend(1 + min(weight, other.weight))
    switch (self, other) {
    case (.null, .null): return true
    case (.list(let left), .list(let right)):
      guard left.count == right.count else { return false }
      for (one, two) in zip(left, right) where try !one.isSame(as: two, effort) { return false }
      return true
    case (.object(let left), .object(let right)):
      guard left.count == right.count else { return false }
      for member in left {
        try effort.spend(right.count)
        guard let twin = right.first(where: { $0.name.isSame(as: member.name) }) else { return false }
        guard try member.value.isSame(as: twin.value, effort) else { return false }
      }
      return true
    default: return ordering(to: other) == .same
    }
  }

  private static func order<Value: Comparable>(_ left: Value, _ right: Value) -> Ordering {
    left < right ? .less : left == right ? .same : .more
  }

  /// Exact, also where a double has no room for the integer's last digits.
  private static func order(_ left: Int64, _ right: Double) -> Ordering? {
    if right.isNaN { return nil }
    if right >= 0x1p63 { return .less }
    if right < -0x1p63 { return .more }
    let whole = right.rounded(.down)
    let integer = Int64(whole)
    if left != integer { return left < integer ? .less : .more }
    return right > whole ? .less : .same
  }

  /// Where values of different types stand in a sorted list.
  private var rank: Int {
    switch self {
    case .missing: 0
    case .null: 1
    case .integer, .real: 2
    case .text, .identifier: 3
    case .object: 4
    case .list: 5
    case .bool: 6
    case .date: 7
    }
  }

  /// An order over all values, for sorting: by type, then by value; lists by their first elements that differ.
  func sortingOrder(to other: FieldValue) -> Ordering {
    if let ordering = ordering(to: other) { return ordering }
    if rank != other.rank { return Self.order(rank, other.rank) }
    switch (self, other) {
    case (.list(let left), .list(let right)):
      for (one, two) in zip(left, right) {
        let ordering = one.sortingOrder(to: two)
        if ordering != .same { return ordering }
      }
      return Self.order(left.count, right.count)
    case (.object(let left), .object(let right)):
      for (one, two) in zip(left, right) {
        let ordering =
          one.name.isSame(as: two.name)
          ? one.value.sortingOrder(to: two.value) : Self.order(one.name.codePointOrder(to: two.name), 0)
        if ordering != .same { return ordering }
      }
      return Self.order(left.count, right.count)
    default: return .same
    }
  }
}
