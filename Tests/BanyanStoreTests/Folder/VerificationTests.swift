import BanyanCore
import StoreTestSupport
import Testing

@testable import BanyanStore

/// A folder with two snapshots and a journal of several segments, written by a queue.
struct FilledFolder {
  let files: MemoryFiles
  let state: QueueState

  init(seed: UInt64 = 2) throws {
    files = MemoryFiles()
    let store = try FolderStore.small(files, segmentSize: 8 << 10)
    _ = try store.recoverQueue()
    let journal = try store.openJournal()
    var driver = QueueDriver(seed: seed)
    for frame in driver.begin() { journal.append(frame) }
    for step in 1...240 {
      if let frame = driver.step() { journal.append(frame) }
      if step % 3 == 0 { try journal.commit(sync: true) }
      if step == 90 || step == 150 {
        try journal.commit(sync: true)
        _ = try store.putSnapshot(of: driver.state.view) { () throws(StoreError) in true }
      }
    }
    try journal.close()
    state = driver.state
  }

  var segments: [String] { files.names.filter { $0.hasSuffix(".log") } }
  var snapshots: [String] { files.names.filter { $0.contains("/snapshot") } }

  /// What the next process finds, its last segment ended by what a person may do to it.
  func damaged(_ path: String, _ change: (inout [UInt8]) -> Void) throws -> MemoryFiles {
    let next = files.afterKill()
    var bytes = try #require(next[path])
    change(&bytes)
    next[path] = bytes
    return next
  }

  func verification(_ files: MemoryFiles) throws -> Verification {
    try FolderStore(reading: folder, files: files).verify()
  }
}

@Suite struct VerificationTests {
  @Test func aSoundFolderIsSoundAndNothingIsWritten() throws {
    let filled = try FilledFolder()
    let files = filled.files.afterKill()
    let before = files.names.map { files[$0] }
    let verification = try filled.verification(files)
    #expect(verification.isSound)
    #expect(verification.troubles == [])
    #expect(verification.files.map(\.path) == filled.snapshots.reversed() + filled.segments)
    #expect(verification.report?.lastSequence == filled.state.sequence)
    #expect(files.names.map { files[$0] } == before)
    #expect(!files.log.contains { $0.hasPrefix("lock") || $0.hasPrefix("create") })
  }

  @Test func aFlippedBitAnywhereInWhatWasSyncedIsTold() throws {
    let filled = try FilledFolder()
    for path in filled.snapshots + filled.segments.dropLast() {
      let files = try filled.damaged(path) { $0[$0.count / 3] ^= 16 }
      let verification = try filled.verification(files)
      #expect(!verification.isSound, "\(path)")
      #expect(verification.files.filter { !$0.isSound }.map(\.path) == [path])
      #expect(verification.files.first { $0.path == path }?.words.contains("damaged") == true)
    }
  }

  @Test func statesThatDisagreeAreTold() throws {
    let filled = try FilledFolder()
    let (newest, older) = (filled.snapshots[1], filled.snapshots[0])
    let files = filled.files.afterKill()
    // A snapshot that is sound by itself and leaves out one key.
    let store = try FolderStore.small(files, segmentSize: 8 << 10)
    let reader = try SnapshotReader(newest, files: files)
    var lines: [[UInt8]] = []
    try reader.read { block throws(StoreError) in
      try block.forEachLine { line, _ throws(StoreError) in lines.append(Array(line)) }
    }
    let place = try #require(lines.firstIndex { $0.starts(with: Array("[\"key\"".utf8)) })
    lines.remove(at: place)
    _ = try store.putSnapshot(reader.header, journalIsDurable: { () throws(StoreError) in true }) {
      writer throws(StoreError) in
      for line in lines { try writer.add { $0 += line } }
    }
    let verification = try filled.verification(files)
    #expect(verification.troubles.count == 1)
    #expect(verification.troubles.first?.contains(older) == true)
  }

  @Test func aTornTailIsNoTrouble() throws {
    let filled = try FilledFolder()
    let path = try #require(filled.segments.last)
    let files = try filled.damaged(path) { bytes in
      if let end = bytes.lastIndex(where: { $0 != 0 }) { bytes[end] ^= 1 }
    }
    let verification = try filled.verification(files)
    #expect(verification.isSound)
    #expect(verification.files.last?.words.contains("a torn tail at byte") == true)
  }

  @Test func whatHoldsNoQueueIsSaidSo() throws {
    let error = #expect(throws: StoreError.self) { try FolderStore(reading: folder, files: MemoryFiles()) }
    #expect(error?.kind == .missing)
    #expect(error?.message == "/data holds neither a journal nor a snapshot")
  }
}
