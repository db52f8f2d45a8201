/// What the tasks of a family differ in: texts by name, kept exactly as they were written. A member's own are put together
/// when somebody asks, so that a range of a million numbers is one entry.
public enum Parameters: Sendable {
  /// Numbers, one task each; the parameter is called `index`.
  case range([IndexSpan])
  /// The product of the axes, the last one fastest.
  case matrix([ParameterAxis])
  /// One task a row. The values of all rows stand one behind the other.
  case rows(columns: [String], values: [String])

  /// What the parameters are called, in the order in which values are told.
  public var names: [String] {
    switch self {
    case .range: ["index"]
    case .matrix(let axes): axes.map(\.name)
    case .rows(let columns, _): columns
    }
  }

  /// How many tasks they make; nil: more than fit into a number.
  public var count: Int? {
    switch self {
    case .range(let spans):
      spans.reduce(0) { sum, span in sum.flatMap { $0.sum(with: span.count) } }
    case .matrix(let axes):
      axes.reduce(1) { product, axis in product.flatMap { $0.product(with: axis.values.count) } }
    case .rows(let columns, let values): columns.isEmpty ? 0 : values.count / columns.count
    }
  }

  /// The values of one member, in the order of ``names``.
  /// - Parameter offset: which of the family's, from 0 and below ``count``; none are told of one that isn't there.
  public func values(at offset: Int) -> [String] {
    switch self {
    case .range: return index(at: offset).map { ["\($0)"] } ?? []
    case .matrix(let axes):
      var values: [String] = []
      values.reserveCapacity(axes.count)
      var rest = offset
      for axis in axes.reversed() {
        guard !axis.values.isEmpty else { return [] }
        values.append(axis.values[rest % axis.values.count])
        rest /= axis.values.count
      }
      return values.reversed()
    case .rows(let columns, let values):
      let start = offset * columns.count
      guard start >= 0, start + columns.count <= values.count else { return [] }
      return Array(values[start..<start + columns.count])
    }
  }

  /// The number that a member of a range has; nil: these are no range, or it has no such member.
  public func index(at offset: Int) -> Int64? {
    guard case .range(let spans) = self else { return nil }
    var rest = offset
    for span in spans {
      if rest < span.count { return span.first + Int64(rest) * span.step }
      rest -= span.count
    }
    return nil
  }
}

/// One part of a range: `0-9`, or `20-30:2`.
public struct IndexSpan: Hashable, Sendable {
  /// The first number, 0 or more.
  public let first: Int64
  /// No number is larger.
  public let last: Int64
  /// From one to the next, 1 or more.
  public let step: Int64

  /// A part of a range; nil: it would have no number, or one below 0.
  public init?(first: Int64, last: Int64, step: Int64 = 1) {
    guard first >= 0, last >= first, step >= 1 else { return nil }
    self.first = first
    self.last = last
    self.step = step
  }

  /// How many numbers it has.
  public var count: Int { Int((last - first) / step) &+ 1 }
}

/// One axis of a matrix.
public struct ParameterAxis: Hashable, Sendable {
  /// The parameter's name.
  public let name: String
  /// Its values, as they were written.
  public let values: [String]

  /// An axis with its values.
  public init(name: String, values: [String]) {
    self.name = name
    self.values = values
  }
}

extension Int {
  fileprivate func sum(with other: Int) -> Int? {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? nil : sum
  }

  fileprivate func product(with other: Int) -> Int? {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? nil : product
  }
}
