import BanyanCore

/// The end of what an attempt printed on one of its streams.
public struct Tail: Hashable, Sendable {
  /// Which stream of which attempt.
  public struct Name: Hashable, Sendable {
    /// The task that printed it.
    public var task: TaskID
    /// The claim number of the attempt that printed it.
    public var claimNumber: UInt32
    /// Standard error rather than standard output.
    public var isStderr: Bool

    /// A stream of an attempt.
    public init(task: TaskID, claimNumber: UInt32, isStderr: Bool) {
      self.task = task
      self.claimNumber = claimNumber
      self.isStderr = isStderr
    }
  }

  /// The stream whose end this is.
  public var name: Name
  /// The last bytes of the stream, as they were printed.
  public var bytes: [UInt8]
  /// How long the whole stream was.
  public var size: Int64

  /// The end of a stream.
  public init(name: Name, bytes: [UInt8], size: Int64) {
    self.name = name
    self.bytes = bytes
    self.size = max(size, Int64(bytes.count))
  }

  /// Where in the stream the bytes begin.
  public var start: Int64 { size - Int64(bytes.count) }
}

/// A tail's record in a file: a header of 48 bytes, its numbers with the lowest byte first, and the bytes.
///
/// ```
/// 0  "BTL1"    4  CRC-32C of all that follows    8  task: seconds (4), rest (8)    20  claim number (4)
/// 24  1 for standard error, else 0 (4)    28  0 (4)    32  length of the bytes (8)    40  size of the stream (8)
/// ```
struct TailRecord {
  static let headerLength = 48
  /// Longer ones are none that a server wrote.
  static let maxBytes = 1 << 20
  private static let mark: UInt32 = 0x314C_5442

  let name: Tail.Name
  let checksum: UInt32
  let length: Int
  let size: Int64

  /// Reads a header; nil where there is none.
  init?(_ header: UnsafeRawBufferPointer) {
    guard header.count >= Self.headerLength, Self.number(header, 0, as: UInt32.self) == Self.mark else { return nil }
    checksum = Self.number(header, 4, as: UInt32.self)
    name = Tail.Name(
      task: TaskID(seconds: Self.number(header, 8, as: UInt32.self), rest: Self.number(header, 12, as: UInt64.self)),
      claimNumber: Self.number(header, 20, as: UInt32.self), isStderr: Self.number(header, 24, as: UInt32.self) == 1)
    let length = Self.number(header, 32, as: UInt64.self)
    guard length <= UInt64(Self.maxBytes) else { return nil }
    self.length = Int(length)
    size = Int64(bitPattern: Self.number(header, 40, as: UInt64.self))
  }

  /// The record of a tail.
  static func encode(_ tail: Tail) -> [UInt8] {
    var record: [UInt8] = []
    record.reserveCapacity(headerLength + tail.bytes.count)
    append(mark, to: &record)
    append(UInt32(0), to: &record)
    append(tail.name.task.seconds, to: &record)
    append(tail.name.task.rest, to: &record)
    append(tail.name.claimNumber, to: &record)
    append(UInt32(tail.name.isStderr ? 1 : 0), to: &record)
    append(UInt32(0), to: &record)
    append(UInt64(tail.bytes.count), to: &record)
    append(UInt64(bitPattern: tail.size), to: &record)
    record += tail.bytes
    let checksum = record.withUnsafeBytes { CRC32C.of(UnsafeRawBufferPointer(rebasing: $0[8...])) }
    withUnsafeBytes(of: checksum.littleEndian) { record.replaceSubrange(4..<8, with: $0) }
    return record
  }

  private static func number<Number: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ offset: Int, as type: Number.Type
  ) -> Number {
    Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
  }

  private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
