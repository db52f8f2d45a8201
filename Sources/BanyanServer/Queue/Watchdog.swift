import NIOCore

/// Sleeps until the next deadline that the queue names (leases, delays, graces of unregistering), and wakes the queue
/// then. It never polls.
actor Watchdog {
  private let loop: any EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  private let clock: any Timekeeper
  /// `since`: when what is due could first be done, which is never before it was asked for. Only what comes later than that
  /// is the server's own delay.
  private var armed: (due: Int64, since: Int64, alarm: Alarm)?
  /// Called with the milliseconds by which it was late.
  private var onWake: (@Sendable (Int64) -> Void)?

  /// - Parameter loop: the queue's own, so that arming it costs no hop.
  init(clock: any Timekeeper, loop: any EventLoop) {
    self.clock = clock
    self.loop = loop
  }

  /// Sets what is called when a deadline has come, with the milliseconds by which the call is late. Replaces an earlier one.
  func watch(_ onWake: @escaping @Sendable (Int64) -> Void) { self.onWake = onWake }

  /// Wakes at this time of the monotonic clock, instead of any other.
  nonisolated func arm(at due: Int64) { onLoop { $0.set(due) } }

  /// Does not wake any more.
  nonisolated func disarm() {
    onLoop {
      $0.armed?.alarm.cancel()
      $0.armed = nil
    }
  }

  private nonisolated func onLoop(_ body: @escaping @Sendable (isolated Watchdog) -> Void) {
    if loop.inEventLoop {
      assumeIsolated { body($0) }
    } else {
      loop.execute { self.assumeIsolated { body($0) } }
    }
  }

  private func set(_ due: Int64) {
    if let armed, armed.due == due { return }
    armed?.alarm.cancel()
    let alarm = clock.schedule(at: due, on: loop) { [weak self] in self?.assumeIsolated { $0.wake() } }
    armed = (due, max(due, clock.monotonic), alarm)
  }

  private func wake() {
    guard let since = armed?.since else { return }
    armed = nil
    onWake?(max(0, clock.monotonic - since))
  }
}
