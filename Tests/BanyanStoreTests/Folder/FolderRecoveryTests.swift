import BanyanStore
import StoreTestSupport
import Testing

@Suite struct FolderRecoveryTests {
  /// Frames 1...30, snapshots after 10 and 20; small segments.
  private func filled() throws -> MemoryFiles {
    let files = MemoryFiles()
    let opened = try Opened(files, segmentSize: 512)
    for number in 1...30 {
      opened.journal.append("frame \(number)")
      try opened.journal.commit(sync: true)
      if number == 10 || number == 20 { _ = try opened.store.put(UInt64(number), lines: ["[\"state \(number)\"]"]) }
    }
    return files.afterKill()
  }

  private func frames(_ range: ClosedRange<Int>) -> [String] { range.map { "frame \($0)" } }

  @Test func theNewestSnapshotThenTheJournalSince() throws {
    let opened = try Opened(try filled(), segmentSize: 512)
    #expect(opened.target.header?.sequence == 20)
    #expect(opened.target.lines == ["[\"state 20\"]"])
    #expect(opened.target.isFinished)
    #expect(opened.target.payloads == frames(21...30))
    #expect(opened.report.snapshot?.header.sequence == 20)
    #expect(opened.report.frames == 10)
    #expect(opened.report.notices.isEmpty)
  }

  @Test func whatTheOlderSnapshotNeedsIsKeptAndNoMore() throws {
    let files = try filled()
    let segments = files.names.filter { $0.hasSuffix(".log") }
    #expect(!segments.contains(segment(1)))
    let opened = try Opened(files, segmentSize: 512)
    _ = try opened.store.put(30, lines: ["[\"state 30\"]"])
    #expect(try opened.store.snapshots().map(\.header.sequence) == [30, 20])
    #expect(files.names.filter { $0.hasSuffix(".log") }.count < segments.count)
    files[snapshot(30)] = Array("nonsense".utf8)
    #expect(try Opened(files.afterKill(), segmentSize: 512).target.payloads == frames(21...30))
  }

  /// Wherever the older snapshot lies among the segments: what follows it is still there.
  @Test(arguments: 1...29)
  func theOlderSnapshotAloneIsEnough(older: Int) throws {
    let files = MemoryFiles()
    let opened = try Opened(files, segmentSize: 512)
    for number in 1...30 {
      opened.journal.append("frame \(number)")
      try opened.journal.commit(sync: true)
      if number == older || number == 30 { _ = try opened.store.put(UInt64(number)) }
    }
    let next = files.afterKill()
    next[snapshot(30)] = []
    #expect(try Opened(next, segmentSize: 512).target.payloads == frames(older + 1...30))
  }

  @Test func aDamagedNewestSnapshotFallsBackToTheOlder() throws {
    let files = try filled()
    var bytes = try #require(files[snapshot(20)])
    bytes[bytes.count / 2] ^= 4
    files[snapshot(20)] = bytes
    let opened = try Opened(files, segmentSize: 512)
    #expect(opened.target.header?.sequence == 10)
    #expect(opened.target.lines == ["[\"state 10\"]"])
    #expect(opened.target.payloads == frames(11...30))
    #expect(opened.report.damagedSnapshots.map(\.path) == [snapshot(20)])
    #expect(opened.report.notices.first?.contains(snapshot(10)) == true)
    // Set aside, it is not one of the two that are kept.
    #expect(files.names.contains { $0.hasPrefix(folder + "/damaged-snapshot-") })
    _ = try opened.store.put(30)
    #expect(try opened.store.snapshots().map(\.header.sequence) == [30, 10])
  }

  @Test func withoutASoundSnapshotTheWholeJournalOrNothing() throws {
    let whole = MemoryFiles()
    let opened = try Opened(whole)
    for number in 1...3 { opened.journal.append("frame \(number)") }
    try opened.journal.commit(sync: true)
    _ = try opened.store.put(2)
    whole[snapshot(2)] = []
    #expect(try Opened(whole.afterKill()).target.payloads == frames(1...3))

    let trimmed = try filled()
    trimmed[snapshot(10)] = []
    trimmed[snapshot(20)] = []
    let error = #expect(throws: StoreError.self) { try Opened(trimmed, segmentSize: 512) }
    #expect(error?.kind == .missing)
    #expect(error?.message.contains(snapshot(20)) == true)
    #expect(trimmed.names.contains(snapshot(20)), "a start that is refused changes nothing")
  }

  @Test func neverBeginsAnewBesideWhatIsThere() throws {
    let files = try filled()
    for name in files.names where name.hasSuffix(".log") { files[name] = nil }
    let noJournal = #expect(throws: StoreError.self) { try Opened(files) }
    #expect(noJournal?.kind == .missing)

    // The journal ends before the snapshot: its last segments are gone.
    let cut = try filled()
    let segments = cut.names.filter { $0.hasSuffix(".log") }
    for name in segments.dropFirst() { cut[name] = nil }
    _ = try #require(cut[segments[0]])
    let tooShort = #expect(throws: StoreError.self) { try Opened(cut) }
    #expect(tooShort?.kind == .missing)
  }

  @Test func aFailureWhileReadingIsNoDamage() throws {
    let files = try filled()
    for call in 1...12 {
      let copy = files.afterKill()
      copy.inject(.init(call: call, reason: .other, lasts: false))
      let error = #expect(throws: StoreError.self) { try Opened(copy, segmentSize: 512) }
      #expect(error?.kind == .failed, "call \(call)")
    }
  }

  @Test func oneServerAFolder() throws {
    let files = MemoryFiles()
    var first: FolderStore? = try .small(files)
    let error = #expect(throws: StoreError.self) { try FolderStore.small(files) }
    #expect(error?.kind == .locked)
    #expect(error?.message == "another server (process 42) works on the data folder /data")
    #expect(first != nil)
    first = nil
    _ = try FolderStore.small(files)
  }

  @Test func theJournalHoldsTheLockToo() throws {
    let files = MemoryFiles()
    var journal: (any Journal)? = try Opened(files).journal
    #expect(throws: StoreError.self) { try FolderStore.small(files) }
    #expect(journal != nil)
    journal = nil
    _ = try FolderStore.small(files)
  }

  @Test func aFolderThatCanNotBeWrittenIsNamed() throws {
    for call in 1...2 {
      let files = MemoryFiles()
      files.inject(.init(call: call, reason: .forbidden, lasts: true))
      let error = #expect(throws: StoreError.self) { try FolderStore.small(files) }
      #expect(error?.kind == .notWritable)
      #expect(error?.message.contains("/data can't be written") == true)
      #expect(error?.message.contains("--data") == true)
    }
  }

  @Test func theOrderOfAStartIsKept() throws {
    let store = try FolderStore.small(MemoryFiles())
    #expect(throws: StoreError.self) { try store.openJournal() }
    var target = PlainTarget()
    _ = try store.recover(into: &target)
    _ = try store.openJournal()
    #expect(throws: StoreError.self) { try store.openJournal() }
    #expect(throws: StoreError.self) { try store.recover(into: &target) }
  }

  @Test func readingWritesNothing() throws {
    let files = try filled()
    files[folder + "/snapshot-00000000000000000030.jsonl.tmp"] = [1]
    files[folder + "/somebody-elses.tmp"] = [1]
    let before = files.names
    var target = PlainTarget()
    let store = try FolderStore.small(files)
    _ = try store.recover(into: &target)
    #expect(files.names == before)
    _ = try store.openJournal()
    #expect(!files.names.contains(folder + "/snapshot-00000000000000000030.jsonl.tmp"))
    #expect(files.names.contains(folder + "/somebody-elses.tmp"))
  }
}
