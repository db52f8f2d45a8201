import BanyanStore
import StoreTestSupport
import Testing

@Suite struct JournalWriterTests {
  @Test func aNewFolderBeginsWithSequenceOne() throws {
    let files = MemoryFiles()
    let opened = try Opened(files)
    #expect(opened.target.frames.isEmpty)
    #expect(opened.report.lastSequence == 0)
    #expect(opened.report.notices.isEmpty)
    #expect(opened.journal.nextSequence == 1)
    #expect(opened.journal.durableSequence == 0)
    #expect(opened.journal.hasRoom)
    #expect(files.names.contains(segment(1)))
  }

  @Test func whatWasCommittedIsReadBack() throws {
    let files = MemoryFiles()
    let journal = try Opened(files).journal
    journal.append("one", count: 3, time: 100)
    journal.append("", count: 1, time: -5)
    #expect(journal.nextSequence == 5)
    #expect(journal.durableSequence == 0)
    #expect(journal.pendingBytes == 40 + 8 + 40)
    try journal.commit(sync: true)
    #expect(journal.durableSequence == 4)
    #expect(journal.pendingBytes == 0)
    journal.append("later")
    try journal.commit(sync: false)
    #expect(journal.durableSequence == 4)
    journal.append("unwritten")

    let again = try Opened(files.afterKill())
    #expect(again.target.payloads == ["one", "", "later"])
    #expect(again.target.frames.map(\.first) == [1, 4, 5])
    #expect(again.target.frames.map(\.count) == [3, 1, 1])
    #expect(again.target.frames.map(\.time) == [100, -5, 7])
    #expect(again.journal.nextSequence == 6)
    #expect(again.journal.durableSequence == 5)
    #expect(again.report.frames == 3)
    #expect(again.report.lastSequence == 5)
  }

  @Test func aSyncWithoutFramesMakesEarlierOnesDurable() throws {
    let journal = try Opened(MemoryFiles()).journal
    journal.append("x")
    try journal.commit(sync: false)
    try journal.commit(sync: true)
    #expect(journal.durableSequence == 1)
  }

  @Test func goesOverToFurtherSegmentsAndNeverCutsABatch() throws {
    let files = MemoryFiles()
    let journal = try Opened(files).journal
    var written: [String] = []
    for number in 0..<200 {
      let text = String(repeating: "\(number),", count: number % 40)
      journal.append(text)
      written.append(text)
      if number % 3 == 0 { try journal.commit(sync: number % 2 == 0) }
    }
    try journal.close()
    let segments = files.names.filter { $0.hasSuffix(".log") }
    #expect(segments.count > 3)
    #expect(segments.allSatisfy { files[$0]?.count == 4096 })
    let again = try Opened(files.afterKill())
    #expect(again.target.payloads == written)
  }

  @Test func aBatchLargerThanASegmentGetsALargerOne() throws {
    let files = MemoryFiles()
    let journal = try Opened(files).journal
    journal.append("small")
    try journal.commit(sync: true)
    let large = String(repeating: "x", count: 20_000)
    journal.append(large)
    try journal.commit(sync: true)
    journal.append("after")
    try journal.commit(sync: true)
    #expect(try Opened(files.afterKill()).target.payloads == ["small", large, "after"])

    let fresh = MemoryFiles()
    let first = try Opened(fresh).journal
    first.append(large)
    try first.commit(sync: true)
    #expect(try Opened(fresh.afterKill()).target.payloads == [large])
  }

  @Test func aClosedJournalTakesNothing() throws {
    let journal = try Opened(MemoryFiles()).journal
    try journal.close()
    journal.append("x")
    let error = #expect(throws: StoreError.self) { try journal.commit(sync: true) }
    #expect(error?.kind == .misuse)
  }

  // MARK: Trouble

  @Test func aFullDiskLeavesWhatWasSetAside() throws {
    let files = MemoryFiles()
    let opened = try Opened(files)
    let journal = opened.journal
    files.setRoom(0)
    var written: [String] = []
    // The segment and its spare are there; when the spare is taken, there is no room for another.
    var sawRoomGo = false
    while true {
      let text = String(repeating: "\(written.count) ", count: 60)
      journal.append(text)
      written.append(text)
      do {
        try journal.commit(sync: true)
      } catch {
        #expect(error.kind == .full)
        break
      }
      if !journal.hasRoom { sawRoomGo = true }
      try #require(written.count < 200)
    }
    #expect(sawRoomGo)
    #expect(written.count > 30)
    #expect(journal.durableSequence == UInt64(written.count - 1))
    #expect(throws: StoreError.self) { try journal.commit(sync: true) }
    try journal.makeRoom()
    #expect(!journal.hasRoom)

    files.setRoom(nil)
    try journal.makeRoom()
    #expect(journal.hasRoom)
    try journal.commit(sync: true)
    #expect(journal.durableSequence == UInt64(written.count))
    #expect(try Opened(files.afterKill()).target.payloads == written)
  }

  @Test(arguments: ["write", "sync"])
  func afterAFailureNothingMoreIsTaken(action: String) throws {
    let files = MemoryFiles()
    let journal = try Opened(files).journal
    journal.append("acknowledged")
    try journal.commit(sync: true)
    journal.append("lost?")
    files.inject(.init(call: files.calls + (action == "write" ? 1 : 2), reason: .other, lasts: false))
    let error = #expect(throws: StoreError.self) { try journal.commit(sync: true) }
    #expect(error?.kind == .failed)
    #expect(error?.message.contains(action) == true)
    #expect(journal.durableSequence == 1)
    let later = #expect(throws: StoreError.self) { try journal.commit(sync: true) }
    #expect(later?.kind == .poisoned)
    #expect(files.log.last?.hasPrefix(action) == true, "the file was touched after the failure")
    let again = try Opened(files.afterKill())
    #expect(again.target.payloads.first == "acknowledged")
    #expect(again.target.payloads.count <= 2)
  }

  /// What a failed sync left in memory only reads as sound: the start must write it to a file of its own.
  @Test func theStartMakesTheTailDurableAnew() throws {
    let files = MemoryFiles()
    let journal = try Opened(files).journal
    journal.append("acknowledged")
    try journal.commit(sync: true)
    journal.append("in memory only")
    files.inject(.init(call: files.calls + 2, reason: .other, lasts: false))
    #expect(throws: StoreError.self) { try journal.commit(sync: true) }
    let second = files.afterKill()
    #expect(try Opened(second).target.payloads == ["acknowledged", "in memory only"])
    // Told once, it stays so, though nothing was written since.
    var random = SeededRandom(seed: 1)
    #expect(try Opened(second.afterPowerLoss(using: &random)).target.payloads == ["acknowledged", "in memory only"])
  }
}
