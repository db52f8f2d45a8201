/// The other side of a lease: until when the processes of a worker that hears nothing may run.
///
/// All moments are on the boot clock, which counts the time that the machine sleeps.
struct LeaseClock: Sendable, Hashable {
  /// When the last message that was answered had been *sent*: the server renewed the lease no earlier.
  private(set) var answeredAt: Int64
  /// How long a lease is, by the server's last word on it.
  private(set) var leaseMilliseconds: Int64

  init(answeredAt: Int64, leaseMilliseconds: Int64) {
    self.answeredAt = answeredAt
    self.leaseMilliseconds = leaseMilliseconds
  }

  /// When SIGTERM is sent: at half a lease.
  var stopsAt: Int64 { later(leaseMilliseconds / 2) }
  /// When SIGKILL is sent: at three quarters of a lease.
  var killsAt: Int64 { later(leaseMilliseconds / 4 * 3 + leaseMilliseconds % 4 * 3 / 4) }

  /// Takes a newer answer. One about an older message changes nothing.
  mutating func hear(sentAt: Int64, leaseMilliseconds: Int64) {
    guard sentAt >= answeredAt else { return }
    answeredAt = sentAt
    self.leaseMilliseconds = leaseMilliseconds
  }

  /// The server says anew how long its leases are.
  mutating func setLength(_ milliseconds: Int64) { leaseMilliseconds = milliseconds }

  private func later(_ milliseconds: Int64) -> Int64 {
    let (sum, overflow) = answeredAt.addingReportingOverflow(milliseconds)
    return overflow ? .max : sum
  }
}
