import BanyanStore

/// Remembers what it is given.
struct PlainTarget: RecoveryTarget {
  struct Seen: Hashable {
    var first: UInt64
    var count: Int
    var time: Int64
    var payload: [UInt8]
  }

  var header: SnapshotHeader?
  var lines: [String] = []
  var frames: [Seen] = []
  var isFinished = false

  mutating func begin(_ snapshot: SnapshotHeader?) {
    self = PlainTarget()
    header = snapshot
  }

  mutating func add(_ block: SnapshotBlock) throws(StoreError) {
    try block.forEachLine { line, _ throws(StoreError) in lines.append(String(decoding: line, as: UTF8.self)) }
  }

  mutating func finishSnapshot() { isFinished = true }

  mutating func apply(_ frame: JournalFrame) {
    frames.append(
      Seen(first: frame.firstSequence, count: frame.count, time: frame.time, payload: Array(frame.payload)))
  }
}

extension PlainTarget {
  /// The payloads as text.
  var payloads: [String] { frames.map { String(decoding: $0.payload, as: UTF8.self) } }
}
