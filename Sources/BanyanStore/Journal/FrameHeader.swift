/// What stands before each payload in a segment. A frame is 40 bytes of header, the payload, and zeros up to a
/// multiple of 8.
///
/// | bytes | what |
/// | --- | --- |
/// | 0-3 | `BNFM` |
/// | 4-7 | length of the payload |
/// | 8-15 | sequence of the first event |
/// | 16-23 | sequence of the first event of the batch |
/// | 24-31 | the command's time, milliseconds since 1970 |
/// | 32-35 | number of events |
/// | 36-39 | CRC-32C of the header so far and the payload |
///
/// A batch is what was written between two syncs. A batch starts only after the one before it is synced, so a sound
/// frame of a later batch proves that what lies before it once was whole: damage there is no torn tail.
struct FrameHeader: Hashable {
  static let length = 40
  static let magic: UInt32 = 0x4D46_4E42  // BNFM
  /// The largest payload, in bytes: 1 GiB. A longer one is taken for damage.
  static let maxPayload = 1 << 30

  var payloadLength: Int
  var firstSequence: UInt64
  var batch: UInt64
  var time: Int64
  var count: Int
  var checksum: UInt32 = 0

  /// The sequence of the last event.
  var lastSequence: UInt64 { firstSequence + UInt64(count) - 1 }
  /// The whole frame, padding included.
  var frameLength: Int { (Self.length + payloadLength + 7) & ~7 }

  init(payloadLength: Int, firstSequence: UInt64, batch: UInt64, time: Int64, count: Int) {
    self.payloadLength = payloadLength
    self.firstSequence = firstSequence
    self.batch = batch
    self.time = time
    self.count = count
  }

  /// The sound frame that begins at `offset` and ends within `bytes`; nil if there is none.
  init?(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    guard offset + Self.length <= bytes.count, bytes.littleEndian(at: offset, as: UInt32.self) == Self.magic else {
      return nil
    }
    payloadLength = Int(bytes.littleEndian(at: offset + 4, as: UInt32.self))
    firstSequence = bytes.littleEndian(at: offset + 8, as: UInt64.self)
    batch = bytes.littleEndian(at: offset + 16, as: UInt64.self)
    time = bytes.littleEndian(at: offset + 24, as: Int64.self)
    count = Int(bytes.littleEndian(at: offset + 32, as: UInt32.self))
    checksum = bytes.littleEndian(at: offset + 36, as: UInt32.self)
    guard payloadLength <= Self.maxPayload, offset + frameLength <= bytes.count else { return nil }
    guard count > 0, firstSequence > 0, batch <= firstSequence, firstSequence <= .max - UInt64(count) else {
      return nil
    }
    guard checksum == Self.checksum(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + frameLength])) else {
      return nil
    }
  }

  /// Writes the header over the bytes that were left for it at the beginning of the frame, which ends `buffer`.
  func seal(_ buffer: inout [UInt8], at offset: Int) {
    buffer.withUnsafeMutableBytes { bytes in
      let frame = UnsafeMutableRawBufferPointer(rebasing: bytes[offset...])
      frame.storeBytes(of: Self.magic.littleEndian, toByteOffset: 0, as: UInt32.self)
      frame.storeBytes(of: UInt32(payloadLength).littleEndian, toByteOffset: 4, as: UInt32.self)
      frame.storeBytes(of: firstSequence.littleEndian, toByteOffset: 8, as: UInt64.self)
      frame.storeBytes(of: batch.littleEndian, toByteOffset: 16, as: UInt64.self)
      frame.storeBytes(of: time.littleEndian, toByteOffset: 24, as: Int64.self)
      frame.storeBytes(of: UInt32(count).littleEndian, toByteOffset: 32, as: UInt32.self)
      let checksum = Self.checksum(UnsafeRawBufferPointer(frame))
      frame.storeBytes(of: checksum.littleEndian, toByteOffset: 36, as: UInt32.self)
    }
  }

  /// Of the header up to the checksum and of all behind it, the padding too.
  private static func checksum(_ frame: UnsafeRawBufferPointer) -> UInt32 {
    var checksum = CRC32C()
    checksum.add(UnsafeRawBufferPointer(rebasing: frame[..<36]))
    checksum.add(UnsafeRawBufferPointer(rebasing: frame[length...]))
    return checksum.value
  }
}
