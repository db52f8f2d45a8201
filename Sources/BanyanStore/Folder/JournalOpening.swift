/// The writing at a start: what was not finished is removed, damaged snapshots are set aside, and the last segment
/// is written anew, without its torn end.
struct JournalOpening {
  let folder: StoreFolder
  let options: FolderStore.Options
  let lock: any FileLock

  func run(_ end: JournalEnd, _ report: RecoveryReport) throws(StoreError) -> sending any Journal {
    try tidy(report)
    let (first, bytes, nextSequence) = try lastSegment(end)
    let capacity = max(options.segmentSize, bytes.count)
    // What a sync failed on may be in the system's memory and not on the disk, and reads as if nothing were wrong. A file
    // that is written once more and synced is durable beyond doubt.
    let (file, _) = try folder.files.publish(folder.segmentPath(first)) { file throws(StoreError) in
      try StoreError.wrapping { () throws(FileError) in
        try file.preallocate(capacity)
        try bytes.withUnsafeBytesThrowing { bytes throws(FileError) in try file.write(bytes, at: 0) }
      }
    }
    return try JournalWriter(
      folder: folder, segment: file, offset: bytes.count, capacity: capacity, nextSequence: nextSequence,
      segmentSize: options.segmentSize, eventFormat: options.eventFormat, lock: lock)
  }

  private func lastSegment(
    _ end: JournalEnd
  ) throws(StoreError) -> (first: UInt64, bytes: [UInt8], nextSequence: UInt64) {
    switch end {
    case .none:
      return (1, SegmentHeader(eventFormat: options.eventFormat, firstSequence: 1).bytes, 1)
    case .segment(let first, let end, let nextSequence):
      let segment = try SegmentReader(
        folder.segmentPath(first), files: folder.files, eventFormat: options.eventFormat)
      // What follows is of this program's format, which reads the older ones too: the header tells the newest in it.
      let header = SegmentHeader(eventFormat: options.eventFormat, firstSequence: first)
      return (first, header.bytes + segment.copy(before: end)[SegmentHeader.length...], nextSequence)
    }
  }

  private func tidy(_ report: RecoveryReport) throws(StoreError) {
    let unfinished = try folder.contents().unfinished
    try StoreError.wrapping { () throws(FileError) in
      for name in unfinished { try folder.files.remove(folder.path + "/" + name) }
      // Set aside, they don't count among the snapshots that are kept.
      for damaged in report.damagedSnapshots { try folder.files.rename(damaged.path, to: damaged.newPath) }
      if !report.damagedSnapshots.isEmpty { try folder.files.syncFolder(folder.path) }
    }
  }
}
