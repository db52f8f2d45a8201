/// How many snapshots were written or failed since the start, and what is known of the newest, for the metrics.
struct SnapshotFigures: Sendable {
  var taken: UInt64 = 0
  var failed: UInt64 = 0
  var last: Last?

  /// The newest snapshot on the disk, whichever start of the server wrote it.
  struct Last: Sendable {
    var sequence: UInt64
    /// When it was taken, milliseconds since 1970.
    var time: Int64
    /// Its size on the disk, in bytes.
    var size: Int
    /// What writing it took, in milliseconds; nil: an earlier start wrote it.
    var duration: Int64?
  }
}
