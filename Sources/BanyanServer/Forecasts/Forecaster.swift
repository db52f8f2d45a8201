import BanyanCore
import NIOCore

import Glibc

/// Makes forecasts while somebody asks for them: one at most every five seconds, on a thread of its own that gives way to all
/// others, so that nobody who claims or reports waits for one. It keeps the last one, and the score of those before.
actor Forecaster {
  /// Milliseconds that a forecast is good for.
  static let interval: Int64 = 5_000
  /// Microseconds of a processor that one may take; what would take longer isn't told.
  static let budget: Int64 = 50_000

  /// Where it gets the queue.
  typealias Source = @Sendable () async -> ForecastSource

  private let loop: any EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  private let source: Source
  private let clock: any Timekeeper
  /// The last one, and when it was made, on the monotonic clock.
  private var last: (made: Int64, forecast: Forecast)?
  /// The one that is being made.
  private var making: Task<Forecast, Never>?
  /// How well the last ones held.
  private(set) var score = ForecastScore()
  private var isQuiet = false

  /// - Parameters:
  ///   - source: where it gets the queue.
  ///   - loop: a thread that nobody else needs.
  init(clock: any Timekeeper, loop: any EventLoop, source: @escaping Source) {
    self.clock = clock
    self.loop = loop
    self.source = source
  }

  /// What is expected, not older than ``interval``.
  func latest() async -> Forecast {
    if let last, clock.monotonic - last.made < Self.interval { return last.forecast }
    if let making { return await making.value }
    let task = Task { await self.make() }
    making = task
    return await task.value
  }

  private func make() async -> Forecast {
    let source = await self.source()
    giveWay()
    // Not by the clock: where processors are scarce others go first, and a forecast isn't cut short for that.
    let start = Self.microseconds()
    let forecast = Forecast(source, budget: Self.budget) { Self.microseconds() - start }
    score.take(forecast, source)
    last = (clock.monotonic, forecast)
    making = nil
    return forecast
  }

  /// Lets the threads that answer requests go first where processors are scarce.
  private func giveWay() {
    guard !isQuiet else { return }
    isQuiet = true
    // A thread's priority is its own there.
    setpriority(numericCast(PRIO_PROCESS.rawValue), 0, 10)
  }

  /// What this thread has used of a processor.
  private static func microseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }
}
