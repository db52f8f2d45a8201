extension FolderStore {
  /// How many snapshots are kept: the newest, and the one before it should the newest turn out damaged.
  static let kept = 2

  /// Writes a snapshot, publishes it, and lets go of what it makes superfluous.
  public func putSnapshot(
    _ header: SnapshotHeader, journalIsDurable isDurable: () throws(StoreError) -> Bool,
    _ write: (SnapshotWriter) throws(StoreError) -> Void
  ) throws(StoreError) -> SnapshotDescription {
    let path = folder.snapshotPath(header.sequence)
    let (_, description) = try folder.files.publish(path) { file throws(StoreError) in
      let writer = SnapshotWriter(header, file: file, path: path, pace: options.pace)
      try write(writer)
      let description = try writer.finish()
      guard try isDurable() else {
        throw StoreError(
          .misuse, "\(path) would be ahead of the journal, which is not durable through sequence \(header.sequence)")
      }
      return description
    }
    try trim()
    return description
  }

  /// Removes the snapshots before the two newest, then the segments whose events all lie in the older one of these.
  /// A crash in between leaves files too many, never too few.
  func trim() throws(StoreError) {
    let contents = try folder.contents()
    guard contents.snapshots.count >= Self.kept else { return }
    let oldest = contents.snapshots[Self.kept - 1]
    var superfluous = contents.snapshots.dropFirst(Self.kept).map { folder.snapshotPath($0) }
    // A segment ends where the next one begins; the last one is being written. Oldest first: no gap arises.
    for (first, next) in zip(contents.segments, contents.segments.dropFirst()) where next <= oldest + 1 {
      superfluous.append(folder.segmentPath(first))
    }
    try StoreError.wrapping { () throws(FileError) in
      for path in superfluous { try folder.files.remove(path) }
    }
  }
}
