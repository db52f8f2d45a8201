import BanyanCore

/// What a repair did.
public struct Repair: Sendable {
  /// Why the folder could not be started from.
  public let trouble: StoreError
  /// Where everything lies as it was before.
  public let backup: String
  /// The last sequence of what was kept; whatever came after is in the backup alone.
  public let lastSequence: UInt64
  /// The snapshot that the folder begins with now.
  public let snapshot: SnapshotDescription
}

extension FolderStore {
  /// Between the epochs of before and after a repair: starts that the damage swallowed must not give out the same tokens
  /// again.
  private static let epochsSkipped: UInt32 = 1000

  /// Makes a folder that a start refuses startable again, after a backup: what is sound up to the first damage is kept,
  /// what comes after it is given up. Acknowledged changes are lost by it; a person has to want that.
  /// - Returns: nil if nothing is wrong.
  public func repair() throws(StoreError) -> Repair? {
    let trouble: StoreError
    var recovery = FolderRecovery(folder: folder, eventFormat: options.eventFormat)
    do throws(StoreError) {
      var target = StateRecovery()
      _ = try recovery.run(into: &target)
      return nil
    } catch {
      trouble = error
    }
    guard trouble.kind == .damaged || trouble.kind == .missing else { throw trouble }
    // A frame that made no sense may have been half applied: up to the one before it, once more.
    let last = recovery.report.lastSequence
    guard last > 0 else {
      throw StoreError(trouble.kind, "nothing can be saved: \(trouble.message)")
    }
    var target = StateRecovery()
    var salvage = FolderRecovery(folder: folder, eventFormat: options.eventFormat, limit: last)
    _ = try salvage.run(into: &target)
    let state = target.state
    if let broken = state.violations().first {
      throw StoreError(.damaged, "what could be saved up to sequence \(last) is no sound state: \(broken)")
    }
    let backup = try backUp()
    let snapshot = try found(state.view, epoch: state.epoch &+ Self.epochsSkipped)
    return Repair(trouble: trouble, backup: backup, lastSequence: last, snapshot: snapshot)
  }

  /// Copies the store's files beside the folder; durable on return.
  private func backUp() throws(StoreError) -> String {
    let contents = try folder.contents()
    let names = try StoreError.wrapping { () throws(FileError) in try folder.files.list(path) }
    let own =
      contents.segments.map { folder.segmentPath($0) } + contents.snapshots.map { folder.snapshotPath($0) }
      + names.filter { $0 == "token.key" || $0.hasPrefix("damaged-snapshot-") }.map { path + "/" + $0 }
    let target = try freeBackupPath()
    try StoreError.wrapping { () throws(FileError) in try folder.files.makeFolder(target) }
    for source in own { try copy(source, to: target + source.dropFirst(path.count)) }
    try StoreError.wrapping { () throws(FileError) in try folder.files.syncFolder(target) }
    return target
  }

  private func freeBackupPath() throws(StoreError) -> String {
    var base = path
    while base.count > 1, base.hasSuffix("/") { base.removeLast() }
    for number in 1...10_000 {
      let candidate = "\(base).backup-\(number)"
      do throws(FileError) {
        if try folder.files.list(candidate).isEmpty { return candidate }
      } catch {
        guard error.reason == .missing else { throw StoreError(error) }
        return candidate
      }
    }
    throw StoreError(.failed, "there are 10000 backups beside \(path); remove some")
  }

  private func copy(_ source: String, to target: String) throws(StoreError) {
    let (from, into) = try StoreError.wrapping { () throws(FileError) in
      (try folder.files.openForReading(source), try folder.files.create(target))
    }
    var offset = 0
    while true {
      let bytes = try from.bytes(at: offset, count: 4 << 20)
      if bytes.isEmpty { break }
      try StoreError.wrapping { () throws(FileError) in
        try bytes.withUnsafeBytesThrowing { bytes throws(FileError) in try into.write(bytes, at: offset) }
      }
      offset += bytes.count
    }
    try StoreError.wrapping { () throws(FileError) in try into.sync() }
  }
}
