/// A histogram of durations with fixed bounds, as Prometheus wants them: it can be summed over servers and over time.
struct DurationBuckets: Sendable {
  /// Upper bounds in nanoseconds.
  let bounds: [UInt64]
  /// How many were within each bound and beyond the one before; the last lies beyond all.
  private(set) var counts: [UInt64]
  /// The sum of all durations, in nanoseconds.
  private(set) var sum: UInt64 = 0

  private init(bounds: [UInt64]) {
    self.bounds = bounds
    counts = [UInt64](repeating: 0, count: bounds.count + 1)
  }

  /// From 50 us to 10 s: requests, and what they are made of.
  static let ofRequests = DurationBuckets(
    bounds: [50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 10_000_000]
      .map { $0 * 1000 })
  /// From 10 ms to a day: waiting, and running.
  static let ofTasks = DurationBuckets(
    bounds: [10, 100, 1000, 10_000, 60_000, 300_000, 900_000, 3_600_000, 14_400_000, 86_400_000].map { $0 * 1_000_000 })

  var count: UInt64 { counts.reduce(0, +) }

  /// - Parameter duration: nanoseconds.
  mutating func record(_ duration: UInt64) {
    // Most requests are quick: the first bounds are looked at first.
    var place = 0
    while place < bounds.count, duration > bounds[place] { place += 1 }
    counts[place] += 1
    sum &+= duration
  }
}
