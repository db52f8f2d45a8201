/// A document of which the first member is a list, as the answers are that hold pages of lists: its elements as they were
/// written, a line each, for whoever only hands them on. A page of ten thousand is made into no tree.
public struct JSONListText: Sendable {
  /// The elements, each behind the one before and before a line's end.
  public let lines: [UInt8]
  /// How many there are.
  public let count: Int
  /// The document with an empty list in the place of its own.
  public let rest: JSON

  /// - Parameters:
  ///   - body: a document in UTF-8.
  ///   - member: the name of its first member.
  /// - Returns: nil if its first member is not this one, or no list, or stands in several lines.
  public init?(_ body: [UInt8], member: StaticString) throws {
    var head = Array("{\"".utf8)
    member.withUTF8Buffer { head += $0 }
    head += Array("\"".utf8)
    guard body.starts(with: head), !body.contains(UInt8(ascii: "\n")) else { return nil }
    let rest = body[head.count...]
    guard let start = rest.firstIndex(of: UInt8(ascii: "[")),
      rest[..<start].allSatisfy({ $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: " ") })
    else { return nil }
    let read = try body.withUnsafeBytes { bytes -> (lines: [UInt8], count: Int, end: Int)? in
      let list = UnsafeRawBufferPointer(rebasing: bytes[start...])
      guard var reader = JSONListReader(list) else { return nil }
      var lines: [UInt8] = []
      lines.reserveCapacity(list.count)
      var count = 0
      while !reader.isAtEnd {
        lines.append(contentsOf: UnsafeRawBufferPointer(rebasing: list[try reader.pass()]))
        lines.append(UInt8(ascii: "\n"))
        count += 1
      }
      return reader.endOfElements.map { (lines, count, start + $0) }
    }
    guard let read else { return nil }
    lines = read.lines
    count = read.count
    self.rest = try JSON(parsing: Array(body[...start]) + body[read.end...])
  }
}
