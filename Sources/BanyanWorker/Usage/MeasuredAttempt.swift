/// A running attempt whose use is measured.
struct MeasuredAttempt: Sendable, Hashable {
  var key: AttemptKey
  /// Its main process: what it and its descendants use counts.
  var pid: Int32
  /// When that started, in clock ticks since the machine did; nil: not known.
  var startTicks: UInt64?
  /// The folder of its control group, if it has one.
  var group: String?
}
