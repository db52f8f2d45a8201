import BanyanCore

/// Makes a ``QueueState`` of what a store holds: the records of a snapshot, then the journal's events by the same `apply`
/// as live. Other cores decode the records while this thread puts them into the state.
struct StateRecovery: RecoveryTarget {
  private var restoration: Restoration?
  private(set) var state = QueueState()
  private var decoding = RecordDecoding()

  mutating func begin(_ snapshot: SnapshotHeader?) throws(StoreError) {
    state = QueueState()
    decoding = RecordDecoding()
    restoration = snapshot.map { header in
      Restoration(
        sequence: header.sequence, epoch: header.epoch, time: header.time, nextTurn: header.nextTurn,
        nextJob: header.nextJob)
    }
  }

  mutating func add(_ block: SnapshotBlock) throws(StoreError) {
    decoding.put(block)
    while decoding.isFull { try restoreNextBlock() }
  }

  private mutating func restoreNextBlock() throws(StoreError) {
    let records = try decoding.nextRecords()
    // Taken out while it is changed: a second reference would make each change a copy.
    guard var current = restoration.take() else { throw StoreError(.misuse, "a record outside of a snapshot") }
    for record in records { current.add(record) }
    restoration = current
  }

  mutating func finishSnapshot() throws(StoreError) {
    while !decoding.isEmpty { try restoreNextBlock() }
    guard let finished = restoration.take() else { return }
    do throws(RestorationError) {
      state = try finished.finish()
    } catch {
      throw StoreError(.damaged, "the records of the snapshot don't fit together: \(error)")
    }
  }

  mutating func apply(_ frame: JournalFrame) throws(StoreError) {
    guard frame.firstSequence == state.sequence + 1 else {
      throw StoreError(
        .missing, "the journal goes on with sequence \(frame.firstSequence) where \(state.sequence + 1) should be")
    }
    let count: Int
    do throws(RecordError) {
      count = try EventCodec.decode(frame.payload) { state.apply($0, at: frame.time) }
    } catch {
      throw StoreError(.damaged, "the frame at sequence \(frame.firstSequence) makes no sense: \(error)")
    }
    guard count == frame.count else {
      throw StoreError(
        .damaged, "the frame at sequence \(frame.firstSequence) holds \(count) events and says \(frame.count)")
    }
    guard state.misfits.isEmpty else {
      throw StoreError(
        .damaged,
        "the journal does not fit the state that it goes on from: \(state.misfits.prefix(3).joined(separator: "; "))")
    }
  }
}

extension Store {
  /// The queue as it was when the last frame was written.
  public func recoverQueue() throws(StoreError) -> (state: QueueState, report: RecoveryReport) {
    var recovery = StateRecovery()
    let report = try recover(into: &recovery)
    return (recovery.state, report)
  }

  /// Writes a snapshot of a view; see ``putSnapshot(_:journalIsDurable:_:)``.
  public func putSnapshot(
    of view: QueueView, journalIsDurable isDurable: () throws(StoreError) -> Bool
  ) throws(StoreError) -> SnapshotDescription {
    try putSnapshot(SnapshotCodec.header(of: view), journalIsDurable: isDurable) { writer throws(StoreError) in
      try SnapshotCodec.write(view, to: writer)
    }
  }
}

extension Journal {
  /// Adds what one command did.
  public func append(_ frame: Frame) {
    append(count: frame.events.count, time: frame.time) { EventCodec.encode(frame.events, into: &$0) }
  }
}
