internal import CJansson

/// JSON text that is being written, value by value. What is a list and what an object is the writers' affair.
struct JSONOutput {
  private(set) var bytes: [UInt8] = []
  /// The next element or member is its container's first.
  private var isFirst = true

  /// Goes on at the end of a buffer, which comes back by ``giveBack(to:)``.
  init(taking buffer: inout [UInt8]) { swap(&bytes, &buffer) }

  /// Ends: the buffer is its owner's again.
  mutating func giveBack(to buffer: inout [UInt8]) { swap(&bytes, &buffer) }

  /// Goes over into a container; the one around goes on when it is closed.
  init(inside outer: inout JSONOutput, opening bracket: UInt8) {
    swap(&bytes, &outer.bytes)
    bytes.append(bracket)
  }

  /// Goes back to the container around.
  mutating func close(_ bracket: UInt8, backTo outer: inout JSONOutput) {
    bytes.append(bracket)
    swap(&bytes, &outer.bytes)
  }

  // MARK: Between values

  /// The next element of a list follows.
  mutating func element() {
    if isFirst { isFirst = false } else { bytes.append(UInt8(ascii: ",")) }
  }

  /// The member of this name follows.
  mutating func member(_ key: StaticString) {
    guard key.hasPointerRepresentation else { return member(key.description) }
    element()
    key.withUTF8Buffer { write($0) }
    bytes.append(UInt8(ascii: ":"))
  }

  /// The member of this name follows.
  @_disfavoredOverload
  mutating func member(_ key: String) {
    element()
    write(key)
    bytes.append(UInt8(ascii: ":"))
  }

  // MARK: Values

  mutating func write(_ text: String) {
    var text = text
    text.withUTF8 { write($0) }
  }

  /// A string of bytes that are UTF-8.
  mutating func write(_ text: UnsafeBufferPointer<UInt8>) {
    bytes.append(Self.quote)
    var start = 0
    for place in text.indices where Self.needsEscape(text[place]) {
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<place]))
      escape(text[place])
      start = place + 1
    }
    bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
    bytes.append(Self.quote)
  }

  /// A string of at most so many bytes, none of which needs an escape. `fill` writes them and tells how many they are.
  mutating func write(plain most: Int, _ fill: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: most + 2) { text in
      text[0] = Self.quote
      let count = fill(UnsafeMutableBufferPointer(rebasing: text[1...most]))
      text[count + 1] = Self.quote
      bytes.append(contentsOf: UnsafeMutableBufferPointer(rebasing: text[...(count + 1)]))
    }
  }

  mutating func write(_ number: Int64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var place = digits.count
      var rest = number.magnitude
      repeat {
        place -= 1
        digits[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0
      if number < 0 {
        place -= 1
        digits[place] = UInt8(ascii: "-")
      }
      bytes.append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[place...]))
    }
  }

  mutating func write(_ number: Double) {
    guard number.isFinite else { return write(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity") }
    // The fewest digits that are read back the same.
    bytes.append(contentsOf: number.description.utf8)
  }

  mutating func write(_ flag: Bool) { write(word: flag ? "true" : "false") }

  mutating func writeNull() { write(word: "null") }

  private mutating func write(word: StaticString) { word.withUTF8Buffer { bytes.append(contentsOf: $0) } }

  mutating func write(_ value: JSON) {
    switch value {
    case .null: writeNull()
    case .bool(let flag): write(flag)
    case .integer(let number): write(number)
    case .real(let number): write(number)
    case .string(let text): write(text)
    case .array(let elements):
      var list = JSONOutput(inside: &self, opening: UInt8(ascii: "["))
      for element in elements {
        list.element()
        list.write(element)
      }
      list.close(UInt8(ascii: "]"), backTo: &self)
    case .object(let members):
      var object = JSONOutput(inside: &self, opening: UInt8(ascii: "{"))
      for (key, member) in members {
        object.member(key)
        object.write(member)
      }
      object.close(UInt8(ascii: "}"), backTo: &self)
    }
  }

  /// A value out of a document.
  mutating func write(_ node: JSONNode) {
    var tree = JSONTree()
    tree.noteReals(in: node)
    withExtendedLifetime(node.document) { tree.dump(node.json, into: &bytes) }
  }

  // MARK: Escapes

  private static let quote = UInt8(ascii: "\"")

  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == quote || byte == UInt8(ascii: "\\")
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case Self.quote, UInt8(ascii: "\\"): bytes.append(byte)
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    default:
      bytes.append(contentsOf: "u00".utf8)
      for digit in [byte >> 4, byte & 0xF] {
        bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
      }
    }
  }
}
