import BanyanJSON
import BanyanStore
import Synchronization
import StoreTestSupport
import Testing

@Suite struct SnapshotTests {
  private func read(_ files: MemoryFiles, _ path: String) throws -> [String] {
    var lines: [String] = []
    try SnapshotReader(path, files: files).read { block throws(StoreError) in
      try block.forEachLine { line, _ throws(StoreError) in lines.append(String(decoding: line, as: UTF8.self)) }
    }
    return lines
  }

  @Test func whatIsWrittenIsReadBackAndEachLineIsJSON() throws {
    let files = MemoryFiles()
    let store = try FolderStore.small(files)
    let lines = (0..<1000).map { "[\"task\",\($0)]" }
    let description = try store.put(12, lines: lines)
    #expect(description.path == snapshot(12))
    #expect(description.size == files[snapshot(12)]?.count)
    #expect(try read(files, snapshot(12)) == lines)
    let text = String(decoding: try #require(files[snapshot(12)]), as: UTF8.self)
    #expect(
      text.hasPrefix(
        #"{"banyan":"snapshot","format":4,"sequence":12,"epoch":1,"time":5,"next_turn":9,"next_job":1,"columns":"#))
    #expect(text.hasSuffix("\"}\n"))
    for line in text.split(separator: "\n") { _ = try JSON(parsing: String(line)) }
    #expect(try store.snapshots() == [description])
  }

  @Test func linesOfAnyLengthPassThroughTheBuffer() throws {
    let files = MemoryFiles()
    let store = try FolderStore.small(files)
    let lengths = [0, 1, (1 << 20) - 3, 1 << 20, 1, (1 << 20) + 1, 3 << 20, 2]
    let lines = lengths.map { "[\"" + String(repeating: "x", count: $0) + "\"]" }
    _ = try store.put(1, lines: lines)
    #expect(try read(files, snapshot(1)) == lines)
  }

  @Test func cutAnywhereItIsDamaged() throws {
    let files = MemoryFiles()
    _ = try FolderStore.small(files).put(1, lines: ["[1]", "[22]"])
    let whole = try #require(files[snapshot(1)])
    for end in 0..<whole.count {
      files[snapshot(1)] = Array(whole[..<end])
      let error = #expect(throws: StoreError.self, "cut at \(end)") { try read(files, snapshot(1)) }
      #expect(error?.kind == .damaged)
    }
  }

  @Test func everyBitFlipIsFound() throws {
    let files = MemoryFiles()
    _ = try FolderStore.small(files).put(1, lines: ["[1]", "[22]"])
    let whole = try #require(files[snapshot(1)])
    for byte in 0..<whole.count {
      for bit in 0..<8 {
        var flipped = whole
        flipped[byte] ^= 1 << UInt8(bit)
        files[snapshot(1)] = flipped
        let error = #expect(throws: StoreError.self, "byte \(byte), bit \(bit)") { try read(files, snapshot(1)) }
        #expect(error?.kind == .damaged || error?.kind == .newerFormat, "byte \(byte), bit \(bit)")
      }
    }
  }

  @Test func aNewerFormatIsRefused() throws {
    let files = MemoryFiles()
    _ = try Opened(files).store.put(0)
    var text = String(decoding: try #require(files[snapshot(0)]), as: UTF8.self)
    let newer = SnapshotHeader.format + 1
    text.replace("\"format\":\(SnapshotHeader.format)", with: "\"format\":\(newer)")
    files[snapshot(0)] = Array(text.utf8)
    let error = #expect(throws: StoreError.self) { try Opened(files.afterKill()) }
    #expect(error?.kind == .newerFormat)
    #expect(error?.message.contains("\(snapshot(0)) has format \(newer)") == true)
  }

  @Test func itIsPacedAndSyncedOnTheWay() throws {
    let files = MemoryFiles()
    let waits = Mutex<[UInt64]>([])
    var options = FolderStore.Options()
    options.pace = Pace(
      bytesPerSecond: 1_000_000, syncEvery: 2_000_000, now: { 0 }, wait: { time in waits.withLock { $0.append(time) } })
    let store = try FolderStore(path: folder, files: files, options: options)
    _ = try store.put(1, lines: (0..<50).map { _ in "[\"" + String(repeating: "y", count: 100_000) + "\"]" })
    let times = waits.withLock { $0 }
    #expect(times.count >= 4)
    #expect(times.last.map { (5_000_000_000...5_100_000_000).contains($0) } == true)
    #expect(files.log.filter { $0.hasPrefix("sync \(snapshot(1)).tmp") }.count >= 3)
  }

  @Test func aSnapshotAheadOfItsJournalIsNotPublished() throws {
    let files = MemoryFiles()
    let store = try FolderStore.small(files)
    let error = #expect(throws: StoreError.self) {
      try store.putSnapshot(
        SnapshotHeader(sequence: 3), journalIsDurable: { () throws(StoreError) in false },
        { _ throws(StoreError) in })
    }
    #expect(error?.kind == .misuse)
    #expect(files.names == [])
  }

  @Test func aFullDiskKeepsTheOldOne() throws {
    let files = MemoryFiles()
    let opened = try Opened(files)
    opened.journal.append("x")
    try opened.journal.commit(sync: true)
    _ = try opened.store.put(1, lines: ["[\"old\"]"])
    files.inject(.init(call: files.calls + 2, reason: .full, lasts: false))
    let error = #expect(throws: StoreError.self) { try opened.store.put(1, lines: ["[\"new\"]"]) }
    #expect(error?.kind == .full)
    #expect(files.names.allSatisfy { !$0.hasPrefix(folder + "/snapshot") || $0 == snapshot(1) })
    #expect(try read(files, snapshot(1)) == ["[\"old\"]"])
  }
}
