internal import CJansson

/// JSON text that is being written, value by value. What is a list and what an object is the writers' affair.
///
/// What jansson would write as it stands is copied: strings without escapes, integers, words. Whatever else comes is given
/// to jansson, so that there is one meaning of JSON. A tree for each text would cost five times as much: to write one,
/// jansson prints the address of every list and object in it, to find circles.
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

  /// Members as they were written once already.
  mutating func append(members text: [UInt8]) { bytes.append(contentsOf: text) }

  // MARK: Values

  mutating func write(_ text: String) {
    var text = text
    text.withUTF8 { write($0) }
  }

  /// A string of bytes that are UTF-8.
  mutating func write(_ text: UnsafeBufferPointer<UInt8>) {
    if Self.needsEscape(text) { return leave { _ in JSONTree.make(text) } }
    bytes.append(Self.quote)
    bytes.append(contentsOf: text)
    bytes.append(Self.quote)
  }

  /// All bytes are looked at, at once: to stop at the first one would take longer.
  private static func needsEscape(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var found = false
    for byte in text { found = found || byte < 0x20 || byte == quote || byte == UInt8(ascii: "\\") }
    return found
  }

  /// Leaves a value to jansson.
  private mutating func leave(_ make: (inout JSONTree) -> UnsafeMutablePointer<json_t>) {
    JSONArena.lend {
      var tree = JSONTree()
      let value = make(&tree)
      tree.dump(value, into: &bytes)
    }
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

  mutating func write(_ number: Double) { leave { $0.make(number) } }

  mutating func write(_ numeral: JSONNumeral) { bytes.append(contentsOf: numeral.text.utf8) }

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

  private static let quote = UInt8(ascii: "\"")
}
