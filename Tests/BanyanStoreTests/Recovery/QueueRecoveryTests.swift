import BanyanCore
import BanyanJSON
import Foundation
import StoreTestSupport
import Testing

@testable import BanyanStore

/// Snapshot + journal is the live state, whatever happened and wherever it was cut.
@Suite struct QueueRecoveryTests {
  private func recovered(_ files: MemoryFiles) throws -> (
    state: QueueState, report: RecoveryReport, journal: any Journal
  ) {
    let store = try FolderStore.small(files, segmentSize: 16 << 10)
    let (state, report) = try store.recoverQueue()
    return (state, report, try store.openJournal())
  }

  @Test(arguments: 0..<25 as Range<UInt64>)
  func snapshotAndReplayGiveTheLiveState(seed: UInt64) throws {
    var driver = QueueDriver(seed: seed)
    var files = MemoryFiles()
    var store = try FolderStore.small(files, segmentSize: 16 << 10)
    _ = try store.recoverQueue()
    var journal = try store.openJournal()
    for frame in driver.begin() { journal.append(frame) }
    for round in 0..<6 {
      for _ in 0..<40 {
        if let frame = driver.step() { journal.append(frame) }
        if Int.random(in: 0..<4, using: &driver.random) == 0 { try journal.commit(sync: true) }
      }
      try journal.commit(sync: true)
      #expect(driver.state.violations() == [], "seed \(seed)")
      if Bool.random(using: &driver.random) {
        let description = try store.putSnapshot(of: driver.state.view) { () throws(StoreError) in true }
        #expect(description.header.sequence == driver.state.sequence)
      }
      // Killed and started again: it goes on with what was read.
      files = files.afterKill()
      store = try FolderStore.small(files, segmentSize: 16 << 10)
      let (state, report) = try store.recoverQueue()
      #expect(state.violations() == [], "seed \(seed), round \(round)")
      #expect(sameness(state) == sameness(driver.state), "seed \(seed), round \(round)")
      #expect(report.lastSequence == driver.state.sequence)
      #expect(report.notices == [])
      journal = try store.openJournal()
      driver.state = state
    }
  }

  @Test func cutAtEveryByteOfItsLastFrameItLoadsTheWholeOnes() throws {
    var driver = QueueDriver(seed: 4)
    let files = MemoryFiles()
    let journal = try recovered(files).journal
    var frames = driver.begin()
    while frames.count < 12 {
      if let frame = driver.step() { frames.append(frame) }
    }
    for frame in frames.dropLast() { journal.append(frame) }
    try journal.commit(sync: true)
    let before = try #require(files[segment(1)]?.lastIndex { $0 != 0 }) / 8 * 8 + 8
    journal.append(try #require(frames.last))
    try journal.close()
    let after = try #require(files[segment(1)]?.lastIndex { $0 != 0 })
    var whole = QueueState()
    for frame in frames.dropLast() {
      for event in frame.events { whole.apply(event, at: frame.time) }
    }
    let original = try #require(files[segment(1)])
    for end in before + 1...after {
      let cut = files.afterKill()
      cut[segment(1)] = Array(original[..<end])
      let (state, report, _) = try recovered(cut)
      #expect(sameness(state) == sameness(whole), "cut at \(end)")
      #expect(report.cut?.offset == before, "cut at \(end)")
    }
  }

  @Test func everyLineOfASnapshotIsJSONAndHasItsColumns() throws {
    var driver = QueueDriver(seed: 11)
    let files = MemoryFiles()
    let store = try FolderStore.small(files, segmentSize: 16 << 10)
    _ = try store.recoverQueue()
    let journal = try store.openJournal()
    for frame in driver.begin() { journal.append(frame) }
    for _ in 0..<200 {
      if let frame = driver.step() { journal.append(frame) }
    }
    try journal.commit(sync: true)
    let description = try store.putSnapshot(of: driver.state.view) { () throws(StoreError) in true }
    let bytes = try #require(files[description.path])
    let lines = try bytes.split(separator: UInt8(ascii: "\n")).map { try JSON(parsing: Array($0)) }
    let columns = try #require(lines.first?["columns"])
    var kinds: [String: Int] = [:]
    for line in lines.dropFirst().dropLast() {
      let kind = try #require(line[0]?.string)
      kinds[kind, default: 0] += 1
      #expect(line.array?.count == (columns[kind]?.array?.count ?? -1) + 1, "\(line)")
    }
    #expect(kinds["task"] == driver.state.view.taskCount)
    #expect(kinds["user"] == 2)
    #expect(kinds["worker"] == 3)
    #expect(kinds["key"] ?? 0 > 0)
  }

  @Test func jqReadsEveryLine() throws {
    guard let jq = ["/usr/bin/jq", "/usr/local/bin/jq"].first(where: FileManager.default.isExecutableFile(atPath:))
    else {
      return
    }
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("banyan-jq-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let store = try FolderStore(path: path)
    _ = try store.recoverQueue()
    var driver = QueueDriver(seed: 12)
    _ = driver.begin()
    for _ in 0..<100 { _ = driver.step() }
    let description = try store.putSnapshot(of: driver.state.view) { () throws(StoreError) in true }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: jq)
    process.arguments = ["-c", "select(.[0]? == \"task\") | .[1]", description.path]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text.split(separator: "\n").count == driver.state.view.taskCount)
  }

  // MARK: Sound bytes that make no sense

  private func refusal(_ write: (any Journal) -> Void) throws -> StoreError? {
    let files = MemoryFiles()
    let journal = try recovered(files).journal
    write(journal)
    try journal.close()
    return #expect(throws: StoreError.self) { try recovered(files.afterKill()) }
  }

  @Test func anUnknownEventIsRefused() throws {
    let error = try refusal { $0.append("[\"from_the_future\",1]\n") }
    #expect(error?.kind == .damaged)
    #expect(error?.message.contains("sequence 1 makes no sense: event 1: from_the_future") == true)
  }

  @Test func aWrongCountIsRefused() throws {
    let error = try refusal { $0.append("[\"server_started\",1]\n", count: 2) }
    #expect(error?.message.contains("holds 1 events and says 2") == true)
  }

  @Test func eventsOfAnotherStateAreRefused() throws {
    let error = try refusal { $0.append("[\"task_due\",\"692500010102030405000001\"]\n") }
    #expect(error?.kind == .damaged)
    #expect(error?.message.contains("692500010102030405000001, which does not exist") == true)
  }

  @Test func recordsThatDoNotFitFallBackToTheJournal() throws {
    let files = MemoryFiles()
    let store = try FolderStore.small(files, segmentSize: 16 << 10)
    _ = try store.recoverQueue()
    var driver = QueueDriver(seed: 1)
    let journal = try store.openJournal()
    for frame in driver.begin() { journal.append(frame) }
    try journal.commit(sync: true)
    _ = try store.put(journal.durableSequence, lines: ["[\"task\",\"no identifier\"]"])
    let (state, report, _) = try recovered(files.afterKill())
    #expect(sameness(state) == sameness(driver.state))
    #expect(
      report.damagedSnapshots.first?.reason.contains("line 2 makes no sense: task: element 1 is a string") == true)
  }
}
