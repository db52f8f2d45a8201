import BanyanCore
import StoreTestSupport
import Testing

@testable import BanyanStore

@Suite struct RepairTests {
  private func start(_ files: MemoryFiles) throws -> QueueState {
    try FolderStore.small(files, segmentSize: 8 << 10).recoverQueue().state
  }

  /// The state after so many events, by the journal alone.
  private func state(_ filled: FilledFolder, through sequence: UInt64) throws -> QueueState {
    var target = StateRecovery()
    let store = StoreFolder(path: folder, files: filled.files.afterKill())
    var recovery = FolderRecovery(folder: store, eventFormat: EventCodec.format, limit: sequence)
    _ = try recovery.run(into: &target)
    return target.state
  }

  /// Wherever the journal is damaged: refused, repaired after a backup, and what lay before the damage is there.
  @Test(arguments: 0..<12)
  func whatLiesBeforeTheDamageIsKept(number: Int) throws {
    let filled = try FilledFolder(seed: UInt64(number))
    let needed = filled.segments.filter { $0 >= segment(Int(try! #require(snapshotSequence(filled.snapshots[1])))) }
    let path = try #require(needed.dropLast().randomElement())
    let files = try filled.damaged(path) { bytes in
      bytes.replaceSubrange(bytes.count / 2..<bytes.count / 2 + 64, with: repeatElement(0xFF, count: 64))
    }
    let damaged = files.afterKill()
    let refusal = #expect(throws: StoreError.self) { try start(files.afterKill()) }
    #expect(refusal?.message.contains("byte") == true)
    #expect(refusal?.message.contains(path) == true)

    let repair = try #require(try FolderStore.small(files, segmentSize: 8 << 10).repair())
    #expect(repair.trouble == refusal)
    #expect(repair.lastSequence < filled.state.sequence)
    for name in damaged.names where !name.hasSuffix("lock") && !name.hasSuffix(".tmp") {
      #expect(files[repair.backup + name.dropFirst(folder.count)] == damaged[name], "\(name) is in the backup")
    }
    let repaired = try start(files.afterKill())
    #expect(repaired.violations() == [])
    let expected = try state(filled, through: repair.lastSequence)
    #expect(try Fingerprint(of: repaired.view) == Fingerprint(of: expected.view))
    #expect(repaired.sequence == repair.lastSequence)
    // Tokens of starts that the damage swallowed are not given out again.
    #expect(repaired.epoch > filled.state.epoch)
    #expect(try FolderStore(reading: folder, files: files.afterKill()).verify().isSound)
    #expect(try FolderStore.small(files.afterKill(), segmentSize: 8 << 10).repair() == nil)
  }

  private func snapshotSequence(_ path: String) -> UInt64? { UInt64(path.dropLast(6).suffix(20)) }

  @Test func aSoundFolderIsLeftAlone() throws {
    let filled = try FilledFolder()
    let files = filled.files.afterKill()
    let before = files.names
    #expect(try FolderStore.small(files, segmentSize: 8 << 10).repair() == nil)
    #expect(files.names == before)
  }

  @Test func missingSegmentsLeaveTheSnapshot() throws {
    let filled = try FilledFolder()
    let files = filled.files.afterKill()
    for path in filled.segments { files[path] = nil }
    let repair = try #require(try FolderStore.small(files, segmentSize: 8 << 10).repair())
    #expect(repair.lastSequence == snapshotSequence(filled.snapshots[1]))
    #expect(try start(files.afterKill()).sequence == repair.lastSequence)
  }

  @Test func whereNothingIsSoundNothingIsTouched() throws {
    let filled = try FilledFolder()
    let files = filled.files.afterKill()
    for path in filled.snapshots { files[path] = [] }
    let before = files.names
    let error = #expect(throws: StoreError.self) { try FolderStore.small(files, segmentSize: 8 << 10).repair() }
    #expect(error?.message.hasPrefix("nothing can be saved") == true)
    #expect(files.names == before)
  }

  /// A repair that dies at any of its calls leaves a folder that can be repaired, or one that is.
  @Test func everyCallFailsOnce() throws {
    let filled = try FilledFolder()
    let path = filled.segments[filled.segments.count - 2]
    let damaged = try filled.damaged(path) { $0[$0.count / 2] ^= 1 }
    let whole = damaged.afterKill()
    let repair = try #require(try FolderStore.small(whole, segmentSize: 8 << 10).repair())
    for call in 1...whole.calls {
      let files = damaged.afterKill()
      files.inject(.init(call: call, reason: .other, lasts: true))
      _ = try? FolderStore.small(files, segmentSize: 8 << 10).repair()
      files.inject(nil)
      var random = SeededRandom(seed: UInt64(call))
      let next = files.afterPowerLoss(using: &random)
      _ = try FolderStore.small(next, segmentSize: 8 << 10).repair()
      let state = try start(next.afterKill())
      #expect(state.sequence == repair.lastSequence, "call \(call)")
      #expect(state.violations() == [])
    }
  }
}
