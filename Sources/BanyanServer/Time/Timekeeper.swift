import NIOCore

import Glibc

/// Where the server gets the time, and how it waits for one: injected, so that tests move the time by hand.
protocol Timekeeper: Sendable {
  /// The wall clock, in milliseconds since 1970. It may jump, either way.
  var wall: Int64 { get }
  /// Milliseconds of a clock that only goes forward and doesn't count sleep.
  var monotonic: Int64 { get }
  /// Runs the body on the loop once the monotonic clock has come so far.
  func schedule(at monotonic: Int64, on loop: any EventLoop, _ body: @escaping @Sendable () -> Void) -> Alarm
}

/// Something that was scheduled.
struct Alarm: Sendable {
  /// Takes it back, if it hasn't happened.
  let cancel: @Sendable () -> Void
}

/// The machine's own clocks: `CLOCK_REALTIME`, and the monotonic one.
struct SystemTimekeeper: Timekeeper {
  var wall: Int64 { Self.milliseconds(CLOCK_REALTIME) }
  var monotonic: Int64 { Self.milliseconds(CLOCK_MONOTONIC) }

  func schedule(at monotonic: Int64, on loop: any EventLoop, _ body: @escaping @Sendable () -> Void) -> Alarm {
    let scheduled = loop.scheduleTask(in: .milliseconds(max(0, monotonic - self.monotonic))) { body() }
    return Alarm { scheduled.cancel() }
  }

  private static func milliseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
