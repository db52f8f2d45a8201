import Synchronization

/// The embedded store: a journal and snapshots in one folder, which one server has for itself.
public final class FolderStore: Store {
  /// How a folder is used.
  public struct Options: Sendable {
    /// The length of a segment in bytes.
    public var segmentSize = 16 << 20
    /// The newest format of events that the codec above reads, and the one that it writes.
    public var eventFormat = EventCodec.format
    /// How fast snapshots are written.
    public var pace = Pace.measured

    /// The options of a server that is told nothing else.
    public init() {}
  }

  /// The path of the folder that this store has for itself.
  public let path: String
  let folder: StoreFolder
  let options: Options
  /// Nil: the folder is only read.
  let lock: (any FileLock)?
  private let stage = Mutex(Stage.opened)

  /// Opens a folder, which is made if need be, and locks it.
  public init(
    path: String, files: any FileSystem = LocalFileSystem(), options: Options = Options()
  ) throws(StoreError) {
    self.path = path
    self.options = options
    folder = StoreFolder(path: path, files: files)
    let lockPath = folder.lockPath
    let lock: (any FileLock)?
    do {
      try files.makeFolder(path)
      lock = try files.lock(lockPath)
    } catch {
      if error.reason == .forbidden {
        throw StoreError(
          .notWritable, "the data folder \(path) can't be written (\(error.words)): give another with --data")
      }
      throw StoreError(error)
    }
    guard let lock else {
      let holder = files.lockHolder(lockPath).map { " (\($0))" } ?? ""
      throw StoreError(.locked, "another server\(holder) works on the data folder \(path)")
    }
    self.lock = lock
  }

  /// Opens a folder for reading alone: nothing is made, locked or written. Beside a server that works on it a read may
  /// meet what is half written, and fail.
  public init(
    reading path: String, files: any FileSystem = LocalFileSystem(), options: Options = Options()
  ) throws(StoreError) {
    self.path = path
    self.options = options
    folder = StoreFolder(path: path, files: files)
    lock = nil
    let contents = try folder.contents()
    if contents.segments.isEmpty, contents.snapshots.isEmpty {
      throw StoreError(.missing, "\(path) holds neither a journal nor a snapshot")
    }
  }

  /// The published snapshots, newest first.
  public func snapshots() throws(StoreError) -> [SnapshotDescription] {
    var descriptions: [SnapshotDescription] = []
    for sequence in try folder.contents().snapshots {
      let path = folder.snapshotPath(sequence)
      descriptions.append(try SnapshotReader(path, files: folder.files).description)
    }
    return descriptions
  }

  /// How far a start is.
  private enum Stage: Sendable {
    case opened
    case recovered(JournalEnd, RecoveryReport)
    case journalling
  }

  /// Pours what is stored into `target`; writes nothing.
  public func recover(into target: inout some RecoveryTarget) throws(StoreError) -> RecoveryReport {
    var recovery = FolderRecovery(folder: folder, eventFormat: options.eventFormat)
    let end = try recovery.run(into: &target)
    let report = recovery.report
    try stage.withLock { stage throws(StoreError) in
      if case .journalling = stage { throw StoreError(.misuse, "the store \(path) is in use already") }
      stage = .recovered(end, report)
    }
    return report
  }

  /// Opens the journal where ``recover(into:)`` found its end.
  public func openJournal() throws(StoreError) -> sending any Journal {
    let (end, report) = try stage.withLock { stage throws(StoreError) in
      guard case .recovered(let end, let report) = stage else {
        throw StoreError(.misuse, "the journal of \(path) is opened once, after the store was recovered")
      }
      stage = .journalling
      return (end, report)
    }
    guard let lock else { throw StoreError(.misuse, "the folder \(path) was opened for reading alone") }
    return try JournalOpening(folder: folder, options: options, lock: lock).run(end, report)
  }
}
