/// Snapshots in figures.
struct SnapshotFigures: Sendable {
  var taken: UInt64 = 0
  var failed: UInt64 = 0
  var last: Last?

  /// The newest one.
  struct Last: Sendable {
    var sequence: UInt64
    /// Milliseconds since 1970.
    var time: Int64
    /// Bytes.
    var size: Int
    /// What writing it took, in milliseconds; nil: an earlier start wrote it.
    var duration: Int64?
  }
}
