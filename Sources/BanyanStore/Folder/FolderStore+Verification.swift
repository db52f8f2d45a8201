import BanyanCore

/// What a look at everything in a folder found.
public struct Verification: Sendable {
  /// What was found of one file in the folder.
  public struct File: Sendable, Hashable {
    /// The path of the file that was looked at.
    public let path: String
    /// What is in it, in words, or what is wrong with it.
    public let words: String
    /// Nothing is wrong with it.
    public let isSound: Bool
  }

  /// Snapshots, the newest first, then segments.
  public var files: [File] = []
  /// What a start would find; nil: it would be refused.
  public var report: RecoveryReport?
  /// Everything that is wrong: what a start would be refused for, what the states break of what must always hold.
  public var troubles: [String] = []

  /// Whether nothing at all is wrong with the folder.
  public var isSound: Bool { troubles.isEmpty && files.allSatisfy(\.isSound) }
}

extension FolderStore {
  /// Looks at each file, restores the state as a start would, recounts what must always hold, and does the same from the
  /// older snapshot, which has to come to the same state. Writes nothing.
  public func verify() throws(StoreError) -> Verification {
    let contents = try folder.contents()
    var verification = Verification()
    for sequence in contents.snapshots { verification.files.append(verifySnapshot(sequence)) }
    for first in contents.segments {
      verification.files.append(verifySegment(first, isLast: first == contents.segments.last))
    }
    do throws(StoreError) {
      let (state, report) = try state(newest: .max)
      verification.report = report
      verification.troubles = state.violations()
      let snapshots = contents.snapshots.filter { $0 < report.snapshot?.header.sequence ?? 0 }
      if let older = snapshots.first { verification.troubles += try compare(state, withOlder: older) }
    } catch {
      verification.troubles.append(error.message)
    }
    return verification
  }

  private func state(newest: UInt64) throws(StoreError) -> (QueueState, RecoveryReport) {
    var target = StateRecovery()
    var recovery = FolderRecovery(folder: folder, eventFormat: options.eventFormat)
    _ = try recovery.run(into: &target, newest: newest)
    return (target.state, recovery.report)
  }

  private func compare(_ state: QueueState, withOlder older: UInt64) throws(StoreError) -> [String] {
    let (other, report) = try self.state(newest: older)
    // An older format may have said less than the journal does.
    guard let path = report.snapshot?.path, report.snapshot?.header.writtenFormat == SnapshotHeader.format else {
      return []
    }
    let isSame = try Fingerprint(of: other.view) == Fingerprint(of: state.view)
    return isSame ? [] : ["\(path) and the journal since come to another state than the newest snapshot does"]
  }

  private func verifySnapshot(_ sequence: UInt64) -> Verification.File {
    let path = folder.snapshotPath(sequence)
    do throws(StoreError) {
      let reader = try SnapshotReader(path, files: folder.files)
      var target = StateRecovery()
      try target.begin(reader.header)
      try reader.read { block throws(StoreError) in try target.add(block) }
      try target.finishSnapshot()
      if let broken = target.state.violations().first { return .init(path: path, words: broken, isSound: false) }
      let words = "the state at sequence \(sequence): \(target.state.view.taskCount) tasks"
      return .init(path: path, words: words, isSound: true)
    } catch {
      return .init(path: path, words: error.message, isSound: false)
    }
  }

  private func verifySegment(_ first: UInt64, isLast: Bool) -> Verification.File {
    let path = folder.segmentPath(first)
    do throws(StoreError) {
      let segment = try SegmentReader(path, files: folder.files, eventFormat: options.eventFormat)
      var frames = 0
      var last = first - 1
      let end = try segment.walk(isLast: isLast) { frame throws(StoreError) in
        frames += 1
        last = frame.lastSequence
        return true
      }
      var words = frames == 0 ? "no frames yet" : "\(frames) frames, sequences \(first) to \(last)"
      if case .torn(let offset, let reason) = end {
        words +=
          "; a torn tail at byte \(offset) (\(reason)), which the next start cuts: nothing acknowledged lies there"
      }
      return .init(path: path, words: words, isSound: true)
    } catch {
      return .init(path: path, words: error.message, isSound: false)
    }
  }
}
