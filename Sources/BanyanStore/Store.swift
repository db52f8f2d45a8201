/// Where the queue's facts lie: a journal of what happened, and snapshots that let it be short.
///
/// The protocol knows bytes only, and little of them, so that a replicated engine can stand in for the embedded
/// ``FolderStore``. One server owns a store; ``recover(into:)`` comes first, then ``openJournal()``, each once.
public protocol Store: Sendable {
  /// Pours what is stored into `target`: the newest sound snapshot, then each later frame of the journal in order.
  /// What is damaged beyond a torn tail, missing or of a newer format throws; nothing is ever begun anew
  /// beside what is there.
  /// Nothing is written.
  func recover(into target: inout some RecoveryTarget) throws(StoreError) -> RecoveryReport

  /// Opens the journal behind its last frame, after what ``recover(into:)`` found: a torn tail is cut here, and the
  /// newest segment made durable anew.
  func openJournal() throws(StoreError) -> sending any Journal

  /// Writes a snapshot of the state after the event `header.sequence`, line by line, and publishes it whole or not at
  /// all. Then lets go of what the two newest snapshots make superfluous. Blocks its thread, paced, for as long
  /// as the disk takes.
  /// - Parameters:
  ///   - header: the snapshot's first line.
  ///   - isDurable: asked just before publishing whether the journal is durable through the sequence of the header; a
  ///     snapshot ahead of its journal would look as if segments were missing.
  ///   - write: adds the lines.
  func putSnapshot(
    _ header: SnapshotHeader, journalIsDurable isDurable: () throws(StoreError) -> Bool,
    _ write: (SnapshotWriter) throws(StoreError) -> Void
  ) throws(StoreError) -> SnapshotDescription

  /// The published snapshots, newest first.
  func snapshots() throws(StoreError) -> [SnapshotDescription]
}

/// The end of the journal to which its single writer appends. Confined to one thread at a time.
///
/// Frames gather in memory; ``commit(sync:)`` writes all of them at once and makes them durable at once (group commit).
/// After an error that isn't ``StoreError/Kind/full`` nothing more is accepted: whether the disk holds what was written
/// is unknown, and only a new start, which copies the tail into a new file, can tell.
public protocol Journal: AnyObject {
  /// The sequence that the next event gets.
  var nextSequence: UInt64 { get }
  /// The last sequence that a crash of the machine can't take back.
  var durableSequence: UInt64 { get }
  /// Bytes that were appended and not yet committed.
  var pendingBytes: Int { get }
  /// False when the disk has no room beyond what was set aside for what must not be refused: take no new tasks then.
  var hasRoom: Bool { get }

  /// Adds one command's events as one frame, all or none of which a restart will see.
  /// - Parameters:
  ///   - count: how many events; their sequences follow ``nextSequence``.
  ///   - time: the command's time, milliseconds since 1970.
  ///   - write: appends the payload to the buffer that it is given.
  func append(count: Int, time: Int64, _ write: (inout [UInt8]) -> Void)

  /// Writes what was appended. With `sync` it is durable on return, and everything written before it too.
  /// On ``StoreError/Kind/full`` all of it stays pending: call again when there is room.
  func commit(sync: Bool) throws(StoreError)

  /// Tries to get room again after the disk was full.
  func makeRoom() throws(StoreError)

  /// Commits, syncs and closes.
  func close() throws(StoreError)
}

/// What a store's contents are poured into.
public protocol RecoveryTarget {
  /// Begins from nothing: a snapshot may have turned out damaged halfway, and what was poured in before is void.
  mutating func begin(_ snapshot: SnapshotHeader?) throws(StoreError)
  /// Lines of the snapshot, in order. They may turn out damaged only when all were given.
  mutating func add(_ block: SnapshotBlock) throws(StoreError)
  /// The snapshot was whole.
  mutating func finishSnapshot() throws(StoreError)
  /// One frame that is later than the snapshot. Its payload is lent.
  mutating func apply(_ frame: JournalFrame) throws(StoreError)
}

/// One frame of the journal: what one command did.
public struct JournalFrame {
  /// The sequence of its first event.
  public let firstSequence: UInt64
  /// How many events it holds.
  public let count: Int
  /// The command's time, milliseconds since 1970.
  public let time: Int64
  /// The events, encoded. Lent for the duration of a call.
  public let payload: UnsafeRawBufferPointer

  /// A frame of `count` encoded events, which are numbered from `firstSequence` on.
  public init(firstSequence: UInt64, count: Int, time: Int64, payload: UnsafeRawBufferPointer) {
    self.firstSequence = firstSequence
    self.count = count
    self.time = time
    self.payload = payload
  }

  /// The sequence of its last event.
  public var lastSequence: UInt64 { firstSequence + UInt64(count) - 1 }
}

/// What was found at a start.
public struct RecoveryReport: Sendable {
  /// The snapshot that the state began from.
  public var snapshot: SnapshotDescription?
  /// How many frames were applied on top of it.
  public var frames = 0
  /// The last sequence there is.
  public var lastSequence: UInt64 = 0
  /// Where the journal was cut, if its last batch was torn.
  public var cut: TornTail?
  /// Damaged snapshots that were passed over, and why.
  public var damagedSnapshots: [DamagedSnapshot] = []

  /// A report of a store in which nothing was found yet.
  public init() {}

  /// What an operator should read, a sentence each. Empty after a clean end.
  public var notices: [String] {
    var notices = damagedSnapshots.map { damaged in
      "A damaged snapshot was passed over: \(damaged.reason). It is kept as \(damaged.newPath); the state was restored "
        + (snapshot.map { "from \($0.path)" } ?? "from the beginning of the journal") + " and the journal."
    }
    if let cut {
      notices.append(
        "The journal's last batch was torn, as a crash does it: \(cut.path) was cut at byte \(cut.offset) "
          + "(\(cut.reason)). Nothing that was acknowledged lay behind it.")
    }
    return notices
  }
}

/// The end of a journal that a crash tore.
public struct TornTail: Sendable, Hashable {
  /// The path of the segment that was cut.
  public let path: String
  /// Where it was cut.
  public let offset: Int
  /// What was wrong there.
  public let reason: String
}

/// A snapshot that was passed over.
public struct DamagedSnapshot: Sendable, Hashable {
  /// Where it was found.
  public let path: String
  /// Where it lies once the journal is open, so that it doesn't count among those that are kept.
  public let newPath: String
  /// What is wrong with it.
  public let reason: String
}
