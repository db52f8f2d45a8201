/// How long to wait before another attempt to connect: exponential, capped, with full jitter, so that a
/// thousand clients that lost their server together do not come back together.
///
/// Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
public struct Backoff: Sendable {
  /// The upper bound of the first wait.
  public var base: Duration
  /// The upper bound of every wait.
  public var cap: Duration
  private var failures = 0

  /// A backoff that starts at `base` and never waits longer than `cap`.
  public init(base: Duration = .milliseconds(100), cap: Duration = .seconds(5)) {
    self.base = base
    self.cap = cap
  }

  /// The upper bound of the next wait; each call doubles the one after, up to the cap.
  public mutating func next() -> Duration {
    let doubled = failures < 32 ? base * (1 << failures) : cap
    failures += 1
    return min(doubled, cap)
  }

  /// Starts again at `base`.
  public mutating func reset() { failures = 0 }

  /// A duration between nothing and `bound`, evenly distributed.
  public static func fullJitter(_ bound: Duration) -> Duration {
    let nanoseconds = bound.components.seconds * 1_000_000_000 + bound.components.attoseconds / 1_000_000_000
    guard nanoseconds > 0 else { return .zero }
    return .nanoseconds(Int64.random(in: 0...nanoseconds))
  }
}
