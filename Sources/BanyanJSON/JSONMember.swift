/// Finds a member of an object in a text that no parser takes: what is asked about may be told apart all the same.
public enum JSONMember {
  /// Where the value of the member `key` stands, if it is a string or a number and `bytes` begin with an object that has
  /// one member of this name. What is wrong elsewhere doesn't matter, up to the place where the text makes no sense.
  public static func scalar(_ key: StaticString, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    var scan = Scan(bytes: bytes)
    var found: Range<Int>?
    guard scan.consume("{") else { return nil }
    while true {
      guard let name = scan.string(), scan.consume(":"), let value = scan.value() else { return found }
      if scan.is(name, key) {
        guard found == nil, let first = bytes[value].first, first == UInt8(ascii: "\"") || isOfNumber(first) else {
          return nil
        }
        found = value
      }
      guard scan.consume(",") else { return found }
    }
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// Goes through a text, value by value.
  private struct Scan {
    let bytes: UnsafeRawBufferPointer
    var place = 0

    mutating func skipBlanks() {
      while place < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[place]) { place += 1 }
    }

    mutating func consume(_ mark: Unicode.Scalar) -> Bool {
      skipBlanks()
      guard place < bytes.count, bytes[place] == UInt8(ascii: mark) else { return false }
      place += 1
      return true
    }

    /// A string with its quotes.
    mutating func string() -> Range<Int>? {
      skipBlanks()
      let start = place
      guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return nil }
      place += 1
      while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
        place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
      }
      guard place < bytes.count else { return nil }
      place += 1
      return start..<place
    }

    /// Any value, lists and objects by their brackets.
    mutating func value() -> Range<Int>? {
      skipBlanks()
      let start = place
      guard place < bytes.count else { return nil }
      if bytes[place] == UInt8(ascii: "\"") { return string() }
      var depth = 0
      while place < bytes.count {
        switch bytes[place] {
        case UInt8(ascii: "\""):
          guard string() != nil else { return nil }
          continue
        case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
          guard depth > 0 else { return end(start) }
          depth -= 1
        case UInt8(ascii: ","), 0x20, 0x0A, 0x0D, 0x09:
          if depth == 0 { return end(start) }
        default: break
        }
        place += 1
        if depth == 0, let last = bytes[start..<place].last, last == UInt8(ascii: "]") || last == UInt8(ascii: "}") {
          return start..<place
        }
      }
      return nil
    }

    private func end(_ start: Int) -> Range<Int>? { start < place ? start..<place : nil }

    func `is`(_ name: Range<Int>, _ key: StaticString) -> Bool {
      let inside = bytes[name.lowerBound + 1..<name.upperBound - 1]
      return inside.elementsEqual(Array(key.description.utf8))
    }
  }
}
