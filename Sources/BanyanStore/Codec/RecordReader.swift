import BanyanCore
import BanyanJSON

/// Reads the elements of a list one after the other, each of a known kind. The list's bytes are lent.
struct RecordReader {
  private var source: JSONListReader
  /// How many were taken.
  private var position = 0

  /// - Parameter line: a list. A NUL may stand in what did not come as JSON, and a request's limits held when it was
  ///   written.
  init(_ line: UnsafeRawBufferPointer) throws(RecordError) {
    guard let list = JSONListReader(line, limits: Self.limits) else {
      let found: JSONNode
      do throws(JSONError) { found = try JSONDocument(parsing: line).root } catch { throw RecordError("\(error)") }
      throw RecordError("\(found.kindName) where a list should be")
    }
    source = list
  }

  private init(_ list: JSONListReader) { source = list }

  private static let limits = JSONLimits(maxBytes: .max, maxDepth: 64, maxValues: .max, allowsNUL: true)

  /// Whether all were read.
  var isAtEnd: Bool { source.isAtEnd }

  /// Nothing may be left, and nothing may follow the list.
  mutating func finish() throws(RecordError) {
    try reading { list throws(JSONError) in try list.finish() }
  }

  /// The next element, whatever it is; what a newer writer left out is missing here.
  mutating func node() throws(RecordError) -> JSONNode {
    try element("a value") { list throws(JSONError) in try list.readNode() }
  }

  mutating func text() throws(RecordError) -> String {
    try element("a string") { list throws(JSONError) in try list.readString() }
  }

  mutating func textOrNone() throws(RecordError) -> String? {
    if try isNull() { return nil }
    return try element("a string or null") { list throws(JSONError) in try list.readString() }
  }

  mutating func number() throws(RecordError) -> Int64 {
    try element("an integer") { list throws(JSONError) in try list.readInteger() }
  }

  mutating func numberOrNone() throws(RecordError) -> Int64? {
    if try isNull() { return nil }
    return try element("an integer or null") { list throws(JSONError) in try list.readInteger() }
  }

  mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws(RecordError) -> Number {
    let number = try number()
    guard let narrow = Number(exactly: number) else {
      throw RecordError("element \(position - 1) is \(number), which is out of range")
    }
    return narrow
  }

  mutating func realOrNone() throws(RecordError) -> Double? {
    if try isNull() { return nil }
    return try element("a number or null") { list throws(JSONError) in
      list.kind == .number ? try list.readNode().double : nil
    }
  }

  mutating func flag() throws(RecordError) -> Bool {
    try element("a truth value") { list throws(JSONError) in try list.readBool() }
  }

  mutating func id() throws(RecordError) -> Identifier {
    try element("an identifier of 24 hex digits") { list throws(JSONError) in
      try list.readString(as: Identifier.init(digits:))
    }
  }

  mutating func ids() throws(RecordError) -> [Identifier] {
    guard var inner = try listOrNone() else { return [] }
    var ids: [Identifier] = []
    while !inner.isAtEnd { ids.append(try inner.id()) }
    return ids
  }

  mutating func numbers() throws(RecordError) -> [Int64] {
    guard var inner = try listOrNone() else { return [] }
    var numbers: [Int64] = []
    while !inner.isAtEnd { numbers.append(try inner.number()) }
    return numbers
  }

  /// Bytes as hex digits.
  mutating func bytes() throws(RecordError) -> [UInt8] {
    let text = try text()
    guard let bytes = [UInt8](hex: text) else { throw RecordError("element \(position - 1) is not made of hex digits") }
    return bytes
  }

  mutating func list() throws(RecordError) -> RecordReader {
    RecordReader(try element("a list") { list throws(JSONError) in try list.readList() })
  }

  mutating func listOrNone() throws(RecordError) -> RecordReader? {
    if try isNull() { return nil }
    return RecordReader(try element("a list or null") { list throws(JSONError) in try list.readList() })
  }

  /// What the next element is.
  var kind: JSONListReader.Kind? { source.kind }

  /// Whether the next element is something; a null is taken.
  mutating func hasValue() throws(RecordError) -> Bool { try !isNull() }

  private mutating func isNull() throws(RecordError) -> Bool {
    if source.isAtEnd { throw RecordError("element \(position) is missing") }
    let isNull = try reading { list throws(JSONError) in try list.readNull() }
    if isNull { position += 1 }
    return isNull
  }

  private mutating func element<Value>(
    _ wanted: StaticString, _ read: (inout JSONListReader) throws(JSONError) -> Value?
  ) throws(RecordError) -> Value {
    if source.isAtEnd { throw RecordError("element \(position) is missing") }
    guard let value = try reading(read) else {
      let found = try reading { list throws(JSONError) in try list.readNode().kindName }
      throw RecordError("element \(position) is \(found), \(wanted) should be there")
    }
    position += 1
    return value
  }

  private mutating func reading<Value>(
    _ read: (inout JSONListReader) throws(JSONError) -> Value
  ) throws(RecordError) -> Value {
    do throws(JSONError) {
      return try read(&source)
    } catch {
      throw RecordError("\(error)")
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
