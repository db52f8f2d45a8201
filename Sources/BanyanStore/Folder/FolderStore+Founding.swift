import BanyanCore

extension FolderStore {
  /// Makes the folder one that holds this state and nothing else: a snapshot, and an empty segment behind it. Whole on
  /// return; a crash in between leaves a folder that a start refuses, or the state.
  /// - Parameter epoch: of the server's last start, for the snapshot's header.
  func found(_ view: QueueView, epoch: UInt32) throws(StoreError) -> SnapshotDescription {
    let before = try folder.contents()
    var header = SnapshotCodec.header(of: view)
    header.epoch = epoch
    let path = folder.snapshotPath(header.sequence)
    let (_, description) = try folder.files.publish(path) { file throws(StoreError) in
      let writer = SnapshotWriter(header, file: file, path: path, pace: .unpaced)
      try SnapshotCodec.write(view, to: writer)
      return try writer.finish()
    }
    let next = header.sequence + 1
    _ = try folder.files.publish(folder.segmentPath(next)) { file throws(StoreError) in
      let header = SegmentHeader(eventFormat: options.eventFormat, firstSequence: next)
      try StoreError.wrapping { () throws(FileError) in
        try file.preallocate(options.segmentSize)
        try header.bytes.withUnsafeBytesThrowing { bytes throws(FileError) in try file.write(bytes, at: 0) }
      }
    }
    let superfluous =
      before.segments.filter { $0 != next }.map { folder.segmentPath($0) }
      + before.snapshots.filter { $0 != header.sequence }.map { folder.snapshotPath($0) }
      + before.unfinished.map { folder.path + "/" + $0 }
    try StoreError.wrapping { () throws(FileError) in
      for path in superfluous { try folder.files.remove(path) }
      try folder.files.syncFolder(folder.path)
    }
    return description
  }

  /// Writes the state that the folder holds, snapshot and journal, to a file: what ``importState(from:)`` reads.
  public func exportState(to file: any OpenFile) throws(StoreError) -> SnapshotDescription {
    let (state, _) = try recoverQueue()
    let view = state.view
    let writer = SnapshotWriter(SnapshotCodec.header(of: view), file: file, path: file.path, pace: .unpaced)
    try SnapshotCodec.write(view, to: writer)
    return try writer.finish()
  }

  /// Fills an empty folder with the state in an exported file, or a snapshot of another folder.
  public func importState(from path: String) throws(StoreError) -> SnapshotDescription {
    let contents = try folder.contents()
    guard contents.segments.isEmpty, contents.snapshots.isEmpty else {
      throw StoreError(.misuse, "\(self.path) holds a queue already; import into a folder that holds none")
    }
    let reader = try SnapshotReader(path, files: folder.files)
    var target = StateRecovery()
    try target.begin(reader.header)
    try reader.read { block throws(StoreError) in try target.add(block) }
    try target.finishSnapshot()
    if let broken = target.state.violations().first {
      throw StoreError(.damaged, "\(path) holds no sound state: \(broken)")
    }
    return try found(target.state.view, epoch: target.state.epoch)
  }
}

extension Pace {
  /// As fast as the disk takes it: nobody else writes.
  static let unpaced = Pace(bytesPerSecond: .max, syncEvery: 64 << 20, now: { 0 }, wait: { _ in })
}
