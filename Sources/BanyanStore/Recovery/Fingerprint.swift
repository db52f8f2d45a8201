import BanyanCore

/// A number that is the same for two states that hold the same records, in whatever order (FNV-1a of each record's line,
/// added up).
struct Fingerprint: Hashable {
  private(set) var records = 0
  private(set) var sum: UInt64 = 0

  init(of view: QueueView) throws(StoreError) {
    try SnapshotCodec.forEachLine(of: view) { line throws(StoreError) in
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in line { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      sum &+= hash
      records += 1
    }
  }
}
