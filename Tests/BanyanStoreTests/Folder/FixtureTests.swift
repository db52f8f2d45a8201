import BanyanCore
import Foundation
import StoreTestSupport
import Testing

@testable import BanyanStore

/// Folders that older programs wrote are read for ever: one of each format lies in `Fixtures`. In each: two snapshots, the
/// journal since the older one, and `final.jsonl`, a snapshot of the state at the end.
@Suite struct FixtureTests {
  private static let place = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  static let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path))?.sorted() ?? []

  private func files(_ name: String) throws -> (files: MemoryFiles, final: [UInt8]) {
    let folder = Self.place.appendingPathComponent(name)
    let files = MemoryFiles()
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file != "final.jsonl" {
      files[BanyanStoreTests.folder + "/" + file] = Array(try Data(contentsOf: folder.appendingPathComponent(file)))
    }
    return (files, Array(try Data(contentsOf: folder.appendingPathComponent("final.jsonl"))))
  }

  /// Format 1 did not say when a task ended, nor any before format 4 in which millisecond it was made, but the journal does;
  /// and the programs of format 1 did not count a parent's end as a change of those below it. Before format 4 there were no
  /// jobs: a task's gets a number as its reader meets it.
  private func portrait(_ state: QueueState) -> [String] {
    sameness(state).map { line in
      line.replacing(/(endedAt|updated|created): -?[0-9]+/, with: "")
        .replacing(/JobNumber\([^)]*\)|job: [0-9]+/, with: "")
    }
  }

  @Test func thereIsOneOfEachFormatSoFar() {
    let newest = max(Int(EventCodec.format), Int(SnapshotHeader.format))
    #expect(Self.names.contains((1..<newest).map { "format-\($0)" }))
  }

  /// They don't say who is an admin: the first provider is, wherever one begins to read.
  @Test func inAFolderOfBeforeThereWereAdminsTheFirstProviderIsOne() throws {
    let (files, _) = try files("format-2")
    for isNewestDamaged in [false, true] {
      let newest = try #require(files.names.filter { $0.contains("/snapshot") }.max())
      if isNewestDamaged { files[newest] = [] }
      let users = try FolderStore.small(files, segmentSize: 32 << 10).recoverQueue().state.allUsers
      #expect(users.filter(\.isAdmin).map(\.name) == ["ann"])
      #expect(users.map(\.name) == ["ann", "machines", "bob", "eve"])
    }
  }

  /// From either snapshot; and after a start of this program's, which writes its own format behind the old one.
  @Test(arguments: names, [false, true])
  func isReadAndGoesOn(name: String, isNewestDamaged: Bool) throws {
    let (files, final) = try files(name)
    let other = MemoryFiles()
    other["/final.jsonl"] = final
    let imported = try FolderStore.small(other)
    _ = try imported.importState(from: "/final.jsonl")
    let expected = try imported.recoverQueue().state
    #expect(expected.violations() == [])
    #expect(expected.view.taskCount > 100)

    let newest = try #require(files.names.filter { $0.contains("/snapshot") }.max())
    if isNewestDamaged { files[newest] = [] }
    let store = try FolderStore.small(files, segmentSize: 32 << 10)
    #expect(try store.verify().troubles == [])
    let (state, report) = try store.recoverQueue()
    #expect(portrait(state) == portrait(expected))
    #expect(report.damagedSnapshots.map(\.path) == (isNewestDamaged ? [newest] : []))
    #expect(report.lastSequence == expected.sequence)
    #expect(state.violations() == [])
    checkJobs(state)

    var driver = QueueDriver(seed: 3, state: state)
    driver.now = state.time
    driver.tasks = state.view.allIDs()
    driver.users = state.view.users.map { Principal($0) }
    driver.workers = state.view.workers.map(\.record.id)
    let journal = try store.openJournal()
    for _ in 0..<100 {
      if let frame = driver.step() { journal.append(frame) }
    }
    try journal.commit(sync: true)
    #expect(driver.state.sequence > state.sequence)
    let again = try FolderStore.small(files.afterKill(), segmentSize: 32 << 10).recoverQueue()
    #expect(portrait(again.state) == portrait(driver.state))
  }

  /// Before format 4 the second alone is known of what a snapshot holds; what the journal tells of is known to the
  /// millisecond.
  @Test(arguments: ["format-1", "format-2", "format-3"])
  func whatOlderSnapshotsHoldWasMadeInTheSecondOfItsIdentifier(name: String) throws {
    let (files, _) = try files(name)
    let newest = try #require(files.names.filter { $0.contains("/snapshot") }.max())
    let snapshot = MemoryFiles()
    snapshot["/final.jsonl"] = files[newest]
    let imported = try FolderStore.small(snapshot)
    _ = try imported.importState(from: "/final.jsonl")
    let known = Set(try imported.recoverQueue().state.view.allIDs())
    let state = try FolderStore.small(files, segmentSize: 32 << 10).recoverQueue().state
    var fractions = 0
    state.view.forEachTask { task in
      #expect(task.created / 1000 == Int64(task.id.seconds))
      if known.contains(task.id) {
        #expect(task.created % 1000 == 0)
      } else if task.created % 1000 != 0 {
        fractions += 1
      }
      return true
    }
    #expect(fractions > 0)
  }

  /// Tasks from before there were jobs are jobs of their own; those of one array are one.
  private func checkJobs(_ state: QueueState) {
    var batches: [TaskID: Set<JobNumber>] = [:]
    var others: [JobNumber: Int] = [:]
    state.view.forEachTask { task in
      guard let job = task.place?.job else {
        Issue.record("the task \(task.id) is of no job")
        return false
      }
      if let batch = task.spec.array?.batch {
        batches[batch, default: []].insert(job)
      } else {
        others[job, default: 0] += 1
      }
      return true
    }
    #expect(batches.values.allSatisfy { $0.count == 1 })
    #expect(others.values.allSatisfy { $0 == 1 })
  }

  @Test func theHeaderOfASegmentTellsTheNewestFormatInIt() throws {
    let (files, _) = try files("format-1")
    let store = try FolderStore.small(files, segmentSize: 32 << 10)
    _ = try store.recoverQueue()
    _ = try store.openJournal()
    let last = try #require(files.names.filter { $0.hasSuffix(".log") }.max())
    let header = try SegmentReader(last, files: files, eventFormat: EventCodec.format).header
    #expect(header.eventFormat == EventCodec.format)
  }
}
