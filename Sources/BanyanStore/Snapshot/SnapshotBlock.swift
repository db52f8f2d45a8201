import Glibc

/// Whole lines of a snapshot, so many as are read at once: what a thread decodes.
public struct SnapshotBlock: Sendable {
  private let bytes: [UInt8]
  /// The header is in it.
  private let isFirst: Bool
  /// The number of its first record's line in the file, from 1.
  private let firstLine: Int

  init(bytes: [UInt8], isFirst: Bool, firstLine: Int) {
    self.bytes = bytes
    self.isFirst = isFirst
    self.firstLine = firstLine
  }

  /// Calls `body` with each record's line, without its end, and its number in the file. The bytes are lent.
  public func forEachLine(_ body: (UnsafeRawBufferPointer, Int) throws(StoreError) -> Void) throws(StoreError) {
    var failure: StoreError?
    bytes.withUnsafeBytes { bytes in
      var position = 0
      var number = firstLine
      if isFirst { position = Self.end(of: position, in: bytes) + 1 }
      while position < bytes.count {
        let end = Self.end(of: position, in: bytes)
        do throws(StoreError) {
          try body(UnsafeRawBufferPointer(rebasing: bytes[position..<end]), number)
        } catch {
          failure = error
          return
        }
        position = end + 1
        number += 1
      }
    }
    if let failure { throw failure }
  }

  private static func end(of position: Int, in bytes: UnsafeRawBufferPointer) -> Int {
    guard position < bytes.count, let start = bytes.baseAddress,
      let found = memchr(start + position, Int32(UInt8(ascii: "\n")), bytes.count - position)
    else { return bytes.count }
    return UnsafeRawPointer(found) - start
  }

  static func count(of byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int {
    var count = 0
    for other in bytes where other == byte { count &+= 1 }
    return count
  }
}
