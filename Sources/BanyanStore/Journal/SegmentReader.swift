/// One segment, read into memory, and the walk over its frames.
struct SegmentReader {
  /// How the walk ended.
  enum End: Hashable {
    /// At this offset nothing more was written.
    case clean(at: Int)
    /// The last batch is torn at this offset.
    case torn(at: Int, reason: String)
    /// Whoever took the frames wanted no more.
    case stopped
  }

  let path: String
  let header: SegmentHeader
  private let bytes: [UInt8]

  init(_ path: String, files: any FileSystem, eventFormat: UInt32) throws(StoreError) {
    self.path = path
    bytes = try StoreError.wrapping { () throws(FileError) in
      let file = try files.openForReading(path)
      let size = try file.size()
      var failure: FileError?
      let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        do throws(FileError) {
          count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      return bytes
    }
    var read: Result<SegmentHeader, StoreError>?
    bytes.withUnsafeBytes { bytes in
      read = Result { () throws(StoreError) in try SegmentHeader(bytes, path: path, eventFormat: eventFormat) }
    }
    guard let read else { throw StoreError(.damaged, "\(path) could not be read") }
    header = try read.get()
  }

  /// The bytes of the header and the frames before `end`.
  func copy(before end: Int) -> ArraySlice<UInt8> { bytes[..<end] }

  /// Calls `body` with each frame, in order. What is not sound up to the end of what was written, and not explained by
  /// a torn last batch, throws.
  /// - Parameters:
  ///   - isLast: no segment follows. One that follows was begun after all of this one was synced.
  ///   - body: false ends the walk behind this frame.
  func walk(isLast: Bool, _ body: (JournalFrame) throws(StoreError) -> Bool) throws(StoreError) -> End {
    var end: End?
    var failure: StoreError?
    bytes.withUnsafeBytes { bytes in
      do throws(StoreError) {
        end = try walk(bytes, isLast: isLast, body)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return end ?? .clean(at: SegmentHeader.length)
  }

  private func walk(
    _ bytes: UnsafeRawBufferPointer, isLast: Bool, _ body: (JournalFrame) throws(StoreError) -> Bool
  ) throws(StoreError) -> End {
    var offset = SegmentHeader.length
    var expected = header.firstSequence
    while true {
      if isZero(bytes, from: offset) { return .clean(at: offset) }
      guard let frame = FrameHeader(bytes, at: offset) else {
        let reason = damage(in: bytes, at: offset)
        guard isLast else {
          throw StoreError(
            .damaged, "\(path) is damaged at byte \(offset) (\(reason)), and a later segment shows that it was whole")
        }
        if let later = laterBatch(in: bytes, after: offset, expected: expected) {
          throw StoreError(
            .damaged,
            "\(path) is damaged at byte \(offset) (\(reason)), and a later batch at byte \(later) shows that it was whole"
          )
        }
        return .torn(at: offset, reason: reason)
      }
      guard frame.firstSequence == expected else {
        throw StoreError(
          .missing, "\(path), byte \(offset): a gap, sequence \(frame.firstSequence) where \(expected) should be")
      }
      let start = offset + FrameHeader.length
      let goesOn = try body(
        JournalFrame(
          firstSequence: frame.firstSequence, count: frame.count, time: frame.time,
          payload: UnsafeRawBufferPointer(rebasing: bytes[start..<start + frame.payloadLength])))
      guard goesOn else { return .stopped }
      expected = frame.lastSequence + 1
      offset += frame.frameLength
    }
  }

  /// Whether nothing was written from `offset` on: segments are preallocated with zeros.
  private func isZero(_ bytes: UnsafeRawBufferPointer, from offset: Int) -> Bool {
    var position = offset
    while position + 8 <= bytes.count {
      if bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self) != 0 { return false }
      position += 8
    }
    while position < bytes.count {
      if bytes[position] != 0 { return false }
      position += 1
    }
    return true
  }

  /// The offset of a sound frame of a batch that started after the damaged frame, which was to begin with `expected`.
  private func laterBatch(in bytes: UnsafeRawBufferPointer, after offset: Int, expected: UInt64) -> Int? {
    var position = offset + 8
    while position + FrameHeader.length <= bytes.count {
      if let frame = FrameHeader(bytes, at: position) {
        if frame.batch > expected { return position }
        position += frame.frameLength
      } else {
        position += 8
      }
    }
    return nil
  }

  private func damage(in bytes: UnsafeRawBufferPointer, at offset: Int) -> String {
    guard offset + FrameHeader.length <= bytes.count else { return "the file ends within a frame" }
    guard bytes.littleEndian(at: offset, as: UInt32.self) == FrameHeader.magic else { return "no frame begins there" }
    let length = Int(bytes.littleEndian(at: offset + 4, as: UInt32.self))
    guard offset + FrameHeader.length + length <= bytes.count else { return "the frame is longer than the file" }
    return "the checksum of the frame is wrong"
  }
}
