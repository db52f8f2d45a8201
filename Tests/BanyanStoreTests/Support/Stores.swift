import BanyanJSON
import BanyanStore
import StoreTestSupport
import Testing

/// A folder in memory with small segments.
let folder = "/data"

extension FolderStore {
  static func small(_ files: MemoryFiles, segmentSize: Int = 4096) throws -> FolderStore {
    var options = FolderStore.Options()
    options.segmentSize = segmentSize
    options.pace = Pace(bytesPerSecond: .max, syncEvery: 1024, now: { 0 }, wait: { _ in })
    return try FolderStore(path: folder, files: files, options: options)
  }
}

/// A store that was read, and its open journal.
struct Opened {
  let store: FolderStore
  let target: PlainTarget
  let report: RecoveryReport
  let journal: any Journal

  init(_ files: MemoryFiles, segmentSize: Int = 4096) throws {
    store = try .small(files, segmentSize: segmentSize)
    var target = PlainTarget()
    report = try store.recover(into: &target)
    self.target = target
    journal = try store.openJournal()
  }
}

extension Journal {
  func append(_ text: String, count: Int = 1, time: Int64 = 7) {
    append(count: count, time: time) { $0 += Array(text.utf8) }
  }
}

extension SnapshotHeader {
  init(sequence: UInt64) {
    self.init(sequence: sequence, epoch: 1, time: 5, nextTurn: 9, columns: ["task": ["_id"]])
  }
}

extension FolderStore {
  func put(_ sequence: UInt64, lines: [String] = ["[\"a\"]"]) throws(StoreError) -> SnapshotDescription {
    try putSnapshot(SnapshotHeader(sequence: sequence), journalIsDurable: { () throws(StoreError) in true }) {
      writer throws(StoreError) in
      for line in lines { try writer.add { $0 += Array(line.utf8) } }
    }
  }
}

func segment(_ first: Int) -> String { folder + "/journal-" + digits(first) + ".log" }
func snapshot(_ sequence: Int) -> String { folder + "/snapshot-" + digits(sequence) + ".jsonl" }

private func digits(_ number: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: 20 - text.count) + text
}
