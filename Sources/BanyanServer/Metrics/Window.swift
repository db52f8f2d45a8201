import Collections

/// The spans that statistics look back over.
enum Span: Int64, CaseIterable, Sendable {
  case minute = 60_000
  case fiveMinutes = 300_000
  case fifteenMinutes = 900_000

  /// As documents call it.
  var name: StaticString {
    switch self {
    case .minute: "1m"
    case .fiveMinutes: "5m"
    case .fifteenMinutes: "15m"
    }
  }
}

/// What the last fifteen minutes brought, in slices of ten seconds: old slices leave, so that it costs the same however
/// long the server runs.
struct Window<Slice: WindowSlice>: Sendable {
  /// Milliseconds that one slice of the window spans.
  private static var length: Int64 { 10_000 }

  private var slices: Deque<(number: Int64, slice: Slice)> = []

  /// Changes the slice of this moment.
  /// - Parameter now: milliseconds on a monotonic clock.
  mutating func record(at now: Int64, _ change: (inout Slice) -> Void) {
    let number = now / Self.length
    if slices.last.map({ $0.number < number }) ?? true {
      slices.append((number, Slice()))
      while let first = slices.first, first.number <= number - Span.fifteenMinutes.rawValue / Self.length {
        slices.removeFirst()
      }
    }
    change(&slices[slices.count - 1].slice)
  }

  /// All of a span together.
  func total(of span: Span, at now: Int64) -> Slice {
    let oldest = now / Self.length - span.rawValue / Self.length
    var total = Slice()
    for (number, slice) in slices.reversed() {
      guard number > oldest else { break }
      total.add(slice)
    }
    return total
  }
}

/// What a window keeps of ten seconds.
protocol WindowSlice: Sendable {
  init()
  mutating func add(_ other: Self)
}

extension Spread: WindowSlice {}
