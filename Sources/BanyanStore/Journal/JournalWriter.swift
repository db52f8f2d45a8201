/// The end of a journal in a folder: segments that are preallocated, and one writer.
///
/// Beside the segment that is being filled lies a spare one, set aside already: the room that is left when the
/// disk is full, for what must not be refused.
final class JournalWriter: Journal {
  private(set) var nextSequence: UInt64
  private(set) var durableSequence: UInt64
  private(set) var hasRoom = true
  var pendingBytes: Int { buffer.count }

  private let folder: StoreFolder
  private let segmentSize: Int
  private let eventFormat: UInt32
  /// What keeps other servers out of the folder.
  private let lock: (any FileLock)?

  private var segment: any OpenFile
  /// Where the next batch goes.
  private var offset: Int
  private var capacity: Int
  private var spare: (any OpenFile)?
  /// Frames that were appended and not yet written.
  private var buffer: [UInt8] = []
  /// The last sequence that was handed to the system.
  private var writtenSequence: UInt64
  private var poison: StoreError?

  /// Continues `segment` behind `offset`; all before it is durable.
  init(
    folder: StoreFolder, segment: any OpenFile, offset: Int, capacity: Int, nextSequence: UInt64, segmentSize: Int,
    eventFormat: UInt32, lock: (any FileLock)?
  ) throws(StoreError) {
    self.folder = folder
    self.segment = segment
    self.offset = offset
    self.capacity = capacity
    self.nextSequence = nextSequence
    durableSequence = nextSequence - 1
    writtenSequence = nextSequence - 1
    self.segmentSize = segmentSize
    self.eventFormat = eventFormat
    self.lock = lock
    try prepareSpare()
  }

  func append(count: Int, time: Int64, _ write: (inout [UInt8]) -> Void) {
    precondition(count > 0, "a frame holds at least one event")
    let start = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: FrameHeader.length))
    write(&buffer)
    let payloadLength = buffer.count - start - FrameHeader.length
    let header = FrameHeader(
      payloadLength: payloadLength, firstSequence: nextSequence, batch: durableSequence + 1, time: time, count: count)
    buffer.append(contentsOf: repeatElement(0, count: start + header.frameLength - buffer.count))
    header.seal(&buffer, at: start)
    nextSequence += UInt64(count)
  }

  func commit(sync: Bool) throws(StoreError) {
    if let poison { throw poison }
    if !buffer.isEmpty {
      if offset + buffer.count > capacity {
        do {
          try rotate()
        } catch {
          if error.kind != .full { poison(by: error) }
          throw error
        }
      }
      try poisoning { () throws(FileError) in
        try buffer.withUnsafeBytesThrowing { bytes throws(FileError) in try segment.write(bytes, at: offset) }
      }
      offset += buffer.count
      buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptBuffer)
      writtenSequence = nextSequence - 1
    }
    if sync { try syncWritten() }
  }

  func makeRoom() throws(StoreError) {
    if let poison { throw poison }
    try prepareSpare()
  }

  func close() throws(StoreError) {
    try commit(sync: true)
    poison = StoreError(.misuse, "the journal is closed")
    spare = nil
  }

  /// Buffers up to this size are kept for the next batch.
  private static let keptBuffer = 4 << 20
}

extension JournalWriter {
  private func syncWritten() throws(StoreError) {
    guard durableSequence < writtenSequence else { return }
    try poisoning { () throws(FileError) in try segment.sync() }
    durableSequence = writtenSequence
  }

  /// Goes over to the next segment. What was written to this one is synced first, so that a later segment proves
  /// an earlier one whole.
  private func rotate() throws(StoreError) {
    try syncWritten()
    let needed = SegmentHeader.length + buffer.count
    let size = needed <= segmentSize ? segmentSize : (needed + 4095) & ~4095
    let first = writtenSequence + 1
    if spare == nil || size > segmentSize {
      spare = nil
      spare = try folder.makeSpare(size: size)
    }
    guard let next = spare else { throw StoreError(.misuse, "there is no segment to go over to") }
    let header = SegmentHeader(eventFormat: eventFormat, firstSequence: first)
    try poisoning { () throws(FileError) in
      try header.bytes.withUnsafeBytesThrowing { bytes throws(FileError) in try next.write(bytes, at: 0) }
      try next.sync()
      try folder.publishSpare(firstSequence: first)
    }
    segment = next
    spare = nil
    offset = SegmentHeader.length
    capacity = size
    try prepareSpare()
  }

  /// Sets the next segment aside. A full disk is no error yet: ``hasRoom`` tells of it.
  private func prepareSpare() throws(StoreError) {
    guard spare == nil else { return }
    do {
      spare = try folder.makeSpare(size: segmentSize)
      hasRoom = true
    } catch  where error.kind == .full {
      hasRoom = false
    }
  }

  /// Runs what leaves the disk in an unknown state when it fails.
  private func poisoning(_ body: () throws(FileError) -> Void) throws(StoreError) {
    do {
      try body()
    } catch {
      let failure = StoreError(error)
      // A write that found no room wrote at the same place what the next try will write again.
      if failure.kind == .full, error.action == "write" { throw failure }
      poison(by: failure)
      throw failure
    }
  }

  private func poison(by failure: StoreError) {
    guard poison == nil else { return }
    poison = StoreError(.poisoned, "the journal takes nothing more after a failure: \(failure.message)")
  }
}

extension [UInt8] {
  /// `withUnsafeBytes` for closures that throw errors of one type.
  func withUnsafeBytesThrowing<Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    try withUnsafeBufferPointer { (bytes) throws(Failure) in try body(UnsafeRawBufferPointer(bytes)) }
  }
}
