import Glibc

/// How fast a snapshot is written. Unpaced it pushes the journal's syncs from 0.3 to 20 ms (p99); at 100 MB/s with
/// a sync every 8 MB it doesn't.
public struct Pace: Sendable {
  /// How many bytes are written in a second at most.
  public var bytesPerSecond: Int
  /// A sync after so many bytes.
  public var syncEvery: Int
  /// Nanoseconds on a clock that doesn't go back.
  public var now: @Sendable () -> UInt64
  /// Lets so many nanoseconds pass.
  public var wait: @Sendable (UInt64) -> Void

  /// A pace on a clock of its own, which tests move by hand.
  public init(
    bytesPerSecond: Int, syncEvery: Int, now: @escaping @Sendable () -> UInt64,
    wait: @escaping @Sendable (UInt64) -> Void
  ) {
    self.bytesPerSecond = bytesPerSecond
    self.syncEvery = syncEvery
    self.now = now
    self.wait = wait
  }

  /// 100 MB/s, a sync every 8 MB.
  public static let measured = Pace(
    bytesPerSecond: 100_000_000, syncEvery: 8_000_000,
    now: {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    },
    wait: { nanoseconds in
      var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
      nanosleep(&time, nil)
    })

  /// How long to wait after `bytes` were written since `start`.
  func delay(after bytes: Int, since start: UInt64) -> UInt64 {
    let due = start + UInt64(Double(bytes) / Double(max(bytesPerSecond, 1)) * 1_000_000_000)
    let time = now()
    return due > time ? due - time : 0
  }
}
