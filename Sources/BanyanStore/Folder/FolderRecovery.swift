/// The end of a journal as it was found.
enum JournalEnd: Sendable {
  /// A new folder: there is none yet.
  case none
  /// The last segment, and where the next frame goes.
  case segment(first: UInt64, end: Int, nextSequence: UInt64)
}

/// The reading at a start: what is there is found, judged and poured out. Nothing is written.
struct FolderRecovery {
  let folder: StoreFolder
  let eventFormat: UInt32
  /// The last sequence that is wanted, where a frame ends or a snapshot.
  let limit: UInt64
  private(set) var report = RecoveryReport()

  init(folder: StoreFolder, eventFormat: UInt32, limit: UInt64 = .max) {
    self.folder = folder
    self.eventFormat = eventFormat
    self.limit = limit
  }

  /// - Parameter newest: snapshots after this one are passed over.
  mutating func run(
    into target: inout some RecoveryTarget, newest: UInt64 = .max
  ) throws(StoreError) -> JournalEnd {
    var contents = try folder.contents()
    contents.snapshots.removeAll { $0 > min(newest, limit) }
    if contents.segments.isEmpty, contents.snapshots.isEmpty {
      try target.begin(nil)
      return .none
    }
    try readSnapshot(contents, into: &target)
    if report.snapshot != nil, report.lastSequence == limit { return .none }
    return try readJournal(contents.segments, into: &target)
  }

  /// Pours the newest sound snapshot into `target`, and sets aside those that turn out damaged.
  private mutating func readSnapshot(
    _ contents: StoreFolder.Contents, into target: inout some RecoveryTarget
  ) throws(StoreError) {
    for sequence in contents.snapshots {
      let path = folder.snapshotPath(sequence)
      do throws(StoreError) {
        let reader = try SnapshotReader(path, files: folder.files)
        try target.begin(reader.header)
        try reader.read { block throws(StoreError) in try target.add(block) }
        try target.finishSnapshot()
        guard reader.header.sequence == sequence else {
          throw StoreError(
            .damaged, "\(path) holds the state of sequence \(reader.header.sequence), which its name doesn't say")
        }
        report.snapshot = reader.description
        report.lastSequence = sequence
        return
      } catch  where error.kind == .damaged {
        report.damagedSnapshots.append(
          DamagedSnapshot(path: path, newPath: folder.damagedSnapshotPath(sequence), reason: error.message))
      }
    }
    guard contents.segments.first == 1 else {
      let reasons = report.damagedSnapshots.map(\.reason).joined(separator: "; ")
      throw StoreError(
        .missing,
        "\(folder.path) has no sound snapshot\(reasons.isEmpty ? "" : " (\(reasons))"), and its journal does not begin "
          + "at the beginning but with sequence \(contents.segments.first.map(String.init) ?? "none")")
    }
    try target.begin(nil)
  }

  /// Pours each frame behind the snapshot into `target`.
  private mutating func readJournal(
    _ segments: [UInt64], into target: inout some RecoveryTarget
  ) throws(StoreError) -> JournalEnd {
    let base = report.lastSequence
    guard let start = segments.lastIndex(where: { $0 <= base + 1 }) else {
      throw StoreError(
        .missing,
        "\(folder.path): a segment is missing, the journal begins with sequence "
          + "\(segments.first.map(String.init) ?? "none") where \(base + 1) should be")
    }
    var expected = segments[start]
    var tail: (first: UInt64, end: Int)?
    for (index, first) in segments.enumerated().dropFirst(start) {
      let path = folder.segmentPath(first)
      guard first == expected else {
        throw StoreError(
          .missing,
          "\(folder.path): a segment is missing or cut short, \(path) follows where sequence \(expected) should be")
      }
      let isLast = index == segments.count - 1
      let segment = try SegmentReader(path, files: folder.files, eventFormat: eventFormat)
      guard segment.header.firstSequence == first else {
        throw StoreError(
          .damaged, "\(path) begins with sequence \(segment.header.firstSequence), which its name doesn't say")
      }
      let end = try segment.walk(isLast: isLast) { frame throws(StoreError) in
        expected = frame.lastSequence + 1
        if frame.lastSequence <= base { return true }
        guard frame.firstSequence > base else {
          throw StoreError(.damaged, "the snapshot at sequence \(base) cuts a frame of \(path) in two")
        }
        try target.apply(frame)
        report.frames += 1
        report.lastSequence = frame.lastSequence
        return frame.lastSequence < limit
      }
      switch end {
      case .clean(let offset): tail = (first, offset)
      case .torn(let offset, let reason):
        tail = (first, offset)
        report.cut = TornTail(path: path, offset: offset, reason: reason)
      case .stopped: return .none
      }
    }
    guard let tail, expected > base else {
      throw StoreError(
        .missing,
        "\(folder.path): a segment is missing, the journal ends with sequence \(expected - 1) and the snapshot with \(base)"
      )
    }
    report.lastSequence = expected - 1
    return .segment(first: tail.first, end: tail.end, nextSequence: expected)
  }
}
