/// The first 64 bytes of a segment, a file that holds a part of the journal.
///
/// | bytes | what |
/// | --- | --- |
/// | 0-7 | `BANYANJL` |
/// | 8-11 | the format of the segment and its frames |
/// | 12-15 | the format of the events in the payloads |
/// | 16-23 | the sequence of the first event |
/// | 24-59 | zeros |
/// | 60-63 | CRC-32C of the bytes before |
///
/// All numbers are little-endian. A segment gets its name only once its header is durable, so that none with a
/// half-written header is ever seen.
struct SegmentHeader: Hashable {
  static let length = 64
  static let magic: [UInt8] = Array("BANYANJL".utf8)
  /// The newest format that this program reads, and the one that it writes.
  static let format: UInt32 = 1

  var eventFormat: UInt32
  var firstSequence: UInt64

  /// The header's 64 bytes as they lie at the start of a segment.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.length)
    bytes += Self.magic
    bytes.append(littleEndian: Self.format)
    bytes.append(littleEndian: eventFormat)
    bytes.append(littleEndian: firstSequence)
    bytes += repeatElement(0, count: Self.length - 4 - bytes.count)
    bytes.append(littleEndian: bytes.withUnsafeBytes(CRC32C.of))
    return bytes
  }

  /// Reads the header of the segment at `path`, which holds events of format `eventFormat` at the most.
  init(_ bytes: UnsafeRawBufferPointer, path: String, eventFormat newest: UInt32) throws(StoreError) {
    guard bytes.count >= Self.length, bytes.prefix(8).elementsEqual(Self.magic) else {
      throw StoreError(.damaged, "\(path) is no segment of a journal: its first 8 bytes are not BANYANJL (byte 0)")
    }
    // The format first: what a newer one puts behind it, nobody knows.
    let format = bytes.littleEndian(at: 8, as: UInt32.self)
    guard format <= Self.format else {
      throw StoreError(
        .newerFormat, "\(path) has format \(format); this program reads up to \(Self.format): use a newer banyan")
    }
    let checksum = CRC32C.of(UnsafeRawBufferPointer(rebasing: bytes[..<60]))
    guard checksum == bytes.littleEndian(at: 60, as: UInt32.self) else {
      throw StoreError(.damaged, "\(path) is damaged: the checksum of its header is wrong (byte 60)")
    }
    eventFormat = bytes.littleEndian(at: 12, as: UInt32.self)
    guard eventFormat <= newest else {
      throw StoreError(
        .newerFormat,
        "\(path) holds events of format \(eventFormat); this program reads up to \(newest): use a newer banyan")
    }
    firstSequence = bytes.littleEndian(at: 16, as: UInt64.self)
  }

  /// The header of a new segment.
  init(eventFormat: UInt32, firstSequence: UInt64) {
    self.eventFormat = eventFormat
    self.firstSequence = firstSequence
  }
}

extension [UInt8] {
  mutating func append(littleEndian number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}

extension UnsafeRawBufferPointer {
  /// A number at a place that lies inside.
  func littleEndian<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as: Number.Type) -> Number {
    Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
  }
}
