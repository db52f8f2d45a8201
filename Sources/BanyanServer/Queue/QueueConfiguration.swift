/// What the queue is told about leases.
struct QueueConfiguration: Sendable {
  /// Milliseconds that a silent worker on a socket keeps its attempts.
  var lease: Int64 = 300_000
  /// The same for one that speaks REST only.
  var restLease: Int64 = 600_000
  /// Anybody on the machine is a provider.
  var isOpen = false
  /// Milliseconds between a worker's heartbeats: a tenth of the lease, at most 10 s.
  var heartbeat: Int64 { max(100, min(10_000, lease / 10)) }
}
