import BanyanCore
import BanyanJSON

/// Reads the elements of a list one after the other, each of a known kind.
struct RecordReader {
  private let source: JSONNode
  private var position = 0
  private let count: Int

  init(_ list: JSONNode) throws(RecordError) {
    guard list.isArray else { throw RecordError("\(list.kindName) where a list should be") }
    source = list
    count = list.count
  }

  /// Whether all were read.
  var isAtEnd: Bool { position >= count }

  /// The next element, whatever it is; what a newer writer left out is missing here.
  mutating func node() throws(RecordError) -> JSONNode {
    guard let node = source[position] else { throw RecordError("element \(position) is missing") }
    position += 1
    return node
  }

  private func wrong(_ node: JSONNode, _ wanted: String) -> RecordError {
    RecordError("element \(position - 1) is \(node.kindName), \(wanted) should be there")
  }

  mutating func text() throws(RecordError) -> String {
    let node = try node()
    guard let text = node.string else { throw wrong(node, "a string") }
    return text
  }

  mutating func textOrNone() throws(RecordError) -> String? {
    let node = try node()
    if node.isNull { return nil }
    guard let text = node.string else { throw wrong(node, "a string or null") }
    return text
  }

  mutating func number() throws(RecordError) -> Int64 {
    let node = try node()
    guard let number = node.integer else { throw wrong(node, "an integer") }
    return number
  }

  mutating func numberOrNone() throws(RecordError) -> Int64? {
    let node = try node()
    if node.isNull { return nil }
    guard let number = node.integer else { throw wrong(node, "an integer or null") }
    return number
  }

  mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws(RecordError) -> Number {
    let number = try number()
    guard let narrow = Number(exactly: number) else {
      throw RecordError("element \(position - 1) is \(number), which is out of range")
    }
    return narrow
  }

  mutating func numberOrNone<Number: FixedWidthInteger>(_: Number.Type) throws(RecordError) -> Number? {
    guard let number = try numberOrNone() else { return nil }
    guard let narrow = Number(exactly: number) else {
      throw RecordError("element \(position - 1) is \(number), which is out of range")
    }
    return narrow
  }

  mutating func realOrNone() throws(RecordError) -> Double? {
    let node = try node()
    if node.isNull { return nil }
    guard let number = node.double else { throw wrong(node, "a number or null") }
    return number
  }

  mutating func flag() throws(RecordError) -> Bool {
    let node = try node()
    guard let flag = node.bool else { throw wrong(node, "a truth value") }
    return flag
  }

  mutating func id() throws(RecordError) -> Identifier {
    let node = try node()
    guard let id = node.identifier else { throw wrong(node, "an identifier of 24 hex digits") }
    return id
  }

  mutating func idOrNone() throws(RecordError) -> Identifier? {
    let node = try node()
    if node.isNull { return nil }
    guard let id = node.identifier else { throw wrong(node, "an identifier of 24 hex digits or null") }
    return id
  }

  mutating func ids() throws(RecordError) -> [Identifier] {
    let node = try node()
    if node.isNull { return [] }
    guard node.isArray else { throw wrong(node, "a list of identifiers") }
    var ids: [Identifier] = []
    ids.reserveCapacity(node.count)
    for element in node.elements {
      guard let id = element.identifier else { throw wrong(node, "a list of identifiers") }
      ids.append(id)
    }
    return ids
  }

  mutating func numbers() throws(RecordError) -> [Int64] {
    let node = try node()
    if node.isNull { return [] }
    guard node.isArray else { throw wrong(node, "a list of integers") }
    var numbers: [Int64] = []
    for element in node.elements {
      guard let number = element.integer else { throw wrong(node, "a list of integers") }
      numbers.append(number)
    }
    return numbers
  }

  /// Bytes as hex digits.
  mutating func bytes() throws(RecordError) -> [UInt8] {
    let text = try text()
    guard let bytes = [UInt8](hex: text) else { throw RecordError("element \(position - 1) is not made of hex digits") }
    return bytes
  }

  mutating func list() throws(RecordError) -> RecordReader {
    let index = position
    do throws(RecordError) {
      return try RecordReader(node())
    } catch {
      throw error.at("element \(index)")
    }
  }
}

extension JSONNode {
  /// The identifier that a string of 24 hex digits is.
  var identifier: Identifier? { string.flatMap { Identifier($0) } }
}

extension [UInt8] {
  /// Two lower-case hex digits a byte.
  var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: count * 2) { text in
      for (index, byte) in enumerated() {
        text[2 * index] = digits[Int(byte >> 4)]
        text[2 * index + 1] = digits[Int(byte & 15)]
      }
      return count * 2
    }
  }

  init?(hex text: String) {
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    self = []
    reserveCapacity(digits.count / 2)
    for place in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16) else { return nil }
      append(byte)
    }
  }
}
