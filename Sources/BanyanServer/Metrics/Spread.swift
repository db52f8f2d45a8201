import BanyanJSON
import Histogram

/// How values lie: what is kept of many of them, to two digits.
struct Spread: Sendable {
  private var values = Histogram<UInt32>(numberOfSignificantValueDigits: .two)
  private var sum = 0.0
  private var largest: Int64 = 0

  /// More than this counts as this: two months in milliseconds, and a pebibyte.
  private static let maxTracked: Int64 = 1 << 50

  var count: Int { Int(clamping: values.totalCount) }

  /// Takes a value; a negative one (clocks differ) counts as 0.
  mutating func record(_ value: Int64) {
    let value = min(max(0, value), Self.maxTracked)
    values.record(UInt64(value))
    sum += Double(value)
    largest = max(largest, value)
  }

  mutating func add(_ other: Spread) {
    values.add(other.values)
    sum += other.sum
    largest = max(largest, other.largest)
  }

  /// The value that so many of a hundred don't exceed.
  func percentile(_ percentile: Double) -> Int64 {
    count == 0 ? 0 : min(largest, Int64(clamping: values.valueAtPercentile(percentile)))
  }

  /// `count`, and `mean`, `p50`, `p90`, `p99`, `max`, which are null where there are none.
  func write(to object: inout JSONObjectWriter) {
    object.set("count", count)
    guard count > 0 else {
      for figure in ["mean", "p50", "p90", "p99", "max"] as [StaticString] { object.setNull(figure) }
      return
    }
    object.set("mean", (sum / Double(count) * 1000).rounded() / 1000)
    object.set("p50", percentile(50))
    object.set("p90", percentile(90))
    object.set("p99", percentile(99))
    object.set("max", largest)
  }
}
