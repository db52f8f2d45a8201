import BanyanCore
import StoreTestSupport
import Testing

@testable import BanyanStore

@Suite struct FoundingTests {
  /// What is exported is imported as it was, journal and snapshot together.
  @Test(arguments: 0..<5 as Range<UInt64>)
  func whatIsExportedIsImported(seed: UInt64) throws {
    let filled = try FilledFolder(seed: seed)
    let files = filled.files.afterKill()
    let description = try FolderStore(reading: folder, files: files).exportState(to: try files.create("/export"))
    #expect(description.header.sequence == filled.state.sequence)
    let fresh = MemoryFiles()
    fresh["/export"] = files["/export"]
    let store = try FolderStore.small(fresh)
    _ = try store.importState(from: "/export")
    let state = try store.recoverQueue().state
    #expect(sameness(state) == sameness(filled.state))
    #expect(state.violations() == [])
    // It goes on from there.
    let journal = try store.openJournal()
    #expect(journal.nextSequence == filled.state.sequence + 1)
  }

  @Test func intoAFolderThatHoldsAQueueNothingIsImported() throws {
    let filled = try FilledFolder()
    let files = filled.files.afterKill()
    let store = try FolderStore.small(files, segmentSize: 8 << 10)
    let before = files.names
    let error = #expect(throws: StoreError.self) { try store.importState(from: filled.snapshots[0]) }
    #expect(error?.kind == .misuse)
    #expect(error?.message.contains("holds a queue already") == true)
    #expect(files.names == before)
  }

  @Test func aFileThatIsCutOrMakesNoSenseIsNotImported() throws {
    let filled = try FilledFolder()
    let whole = try #require(filled.files[filled.snapshots[0]])
    for bytes in [Array(whole.dropLast(20)), Array("hello\n".utf8), []] {
      let files = MemoryFiles()
      files["/import"] = bytes
      let store = try FolderStore.small(files)
      #expect(throws: StoreError.self) { try store.importState(from: "/import") }
      #expect(files.names == ["/import"])
    }
  }

  /// An import that dies at any of its calls leaves nothing, or all, or what a start refuses: never half a queue.
  @Test func everyCallFailsOnce() throws {
    let filled = try FilledFolder()
    let whole = MemoryFiles()
    whole["/import"] = filled.files[filled.snapshots[1]]
    let start = whole.afterKill()
    _ = try FolderStore.small(whole).importState(from: "/import")
    let expected = try FolderStore.small(whole.afterKill()).recoverQueue().state
    for call in 1...whole.calls {
      let files = start.afterKill()
      files.inject(.init(call: call, reason: .other, lasts: true))
      _ = try? FolderStore.small(files).importState(from: "/import")
      files.inject(nil)
      var random = SeededRandom(seed: UInt64(call))
      let next = files.afterPowerLoss(using: &random)
      guard let state = try? FolderStore.small(next).recoverQueue().state else { continue }
      if state.sequence > 0 { #expect(sameness(state) == sameness(expected), "call \(call)") }
    }
  }
}
