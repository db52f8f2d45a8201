/// Walks the elements of one JSON list where they lie, without building a tree: for the hot path of reading records back,
/// a million lines at a start.
///
/// It knows by itself what nearly all elements of a record are: null, truth values, integers, strings without escapes,
/// lists. Whatever else comes (objects, reals, strings with escapes) is cut out and given to jansson, so that there is one
/// meaning of JSON. What is not JSON is refused at the latest by ``finish()``.
///
/// The bytes are lent: neither the reader nor one for an inner list may outlive them.
public struct JSONListReader {
  /// What the next element is, told from its first byte.
  public enum Kind: Sendable, Hashable {
    case null, bool, number, string, array, object
  }

  private let bytes: UnsafeRawBufferPointer
  private let limits: JSONLimits
  private var position: Int
  private var isFresh = true

  /// A reader of the list that `bytes` are; nil if they are no list.
  /// - Parameter limits: of the elements that are given to jansson.
  public init?(_ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .standard) {
    self.bytes = bytes
    self.limits = limits
    position = 0
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: "[") else { return nil }
    position += 1
    skipSpace()
  }

  /// Whether no element is left.
  public var isAtEnd: Bool { position >= bytes.count || bytes[position] == UInt8(ascii: "]") }

  /// What the next element is.
  public var kind: Kind? {
    let start = isFresh ? position : position + 1
    guard !isAtEnd, start < bytes.count else { return nil }
    return Self.kind(of: bytes[afterSpace(start)..<bytes.count].first ?? 0)
  }

  /// Reads a null; false if the next element is none.
  public mutating func readNull() throws(JSONError) -> Bool {
    let start = try begin()
    return consume("null", at: start)
  }

  /// Reads a truth value; nil if the next element is none.
  public mutating func readBool() throws(JSONError) -> Bool? {
    let start = try begin()
    if consume("true", at: start) { return true }
    if consume("false", at: start) { return false }
    return nil
  }

  /// Reads an integer; nil if the next element is none.
  public mutating func readInteger() throws(JSONError) -> Int64? {
    var place = try begin()
    let isNegative = bytes[place] == UInt8(ascii: "-")
    if isNegative { place += 1 }
    let first = place
    var number: Int64 = 0
    while place < bytes.count, let digit = Self.digit(bytes[place]) {
      let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, more) =
        isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
      if overflow || more { throw error("an integer past 64 bits", at: first) }
      number = sum
      place += 1
    }
    guard place > first else { return nil }
    // A fraction or an exponent: a real.
    if place < bytes.count, [0x2E, 0x65, 0x45].contains(bytes[place]) { return nil }
    if place - first > 1, bytes[first] == UInt8(ascii: "0") { throw error("a leading zero", at: first) }
    end(at: place)
    return number
  }

  /// Reads a string; nil if the next element is none.
  public mutating func readString() throws(JSONError) -> String? {
    let start = try begin()
    guard let end = try plainString(at: start) else {
      return bytes[start] == UInt8(ascii: "\"") ? try readNode().string : nil
    }
    let inside = UnsafeRawBufferPointer(rebasing: bytes[start + 1..<end])
    self.end(at: end + 1)
    // What is ASCII, as nearly all is, needs no second look.
    if Self.isASCII(inside) { return String(decoding: inside, as: UTF8.self) }
    guard let text = String(validating: inside, as: UTF8.self) else { throw error("not valid UTF-8", at: start) }
    return text
  }

  /// Calls `body` with the bytes of a string without escapes, which are not checked to be UTF-8, and takes it if `body`
  /// makes something of it; nil otherwise.
  public mutating func readString<Value>(
    as body: (UnsafeRawBufferPointer) -> Value?
  ) throws(JSONError) -> Value? {
    let start = try begin()
    guard let end = try plainString(at: start),
      let value = body(UnsafeRawBufferPointer(rebasing: bytes[start + 1..<end]))
    else { return nil }
    self.end(at: end + 1)
    return value
  }

  /// Reads a list; nil if the next element is none.
  public mutating func readList() throws(JSONError) -> JSONListReader? {
    let start = try begin()
    guard bytes[start] == UInt8(ascii: "[") else { return nil }
    let end = try self.end(ofElementAt: start)
    guard bytes[end - 1] == UInt8(ascii: "]") else { throw error("a list ends as an object does", at: end - 1) }
    self.end(at: end)
    return JSONListReader(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), limits: limits)
  }

  /// Reads whatever comes, parsed by jansson.
  public mutating func readNode() throws(JSONError) -> JSONNode {
    let start = try begin()
    let end = try self.end(ofElementAt: start)
    let document = try JSONDocument(parsing: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), limits: limits)
    self.end(at: end)
    return document.root
  }

  /// Passes over whatever comes. That it is JSON nobody has looked at.
  /// - Returns: where it stands in the bytes.
  public mutating func pass() throws(JSONError) -> Range<Int> {
    let start = try begin()
    let end = try self.end(ofElementAt: start)
    self.end(at: end)
    return start..<end
  }

  /// Where the list's bracket stands when all elements have been taken.
  public var endOfElements: Int? { isAtEnd && position < bytes.count ? position : nil }

  /// All elements must have been taken, and nothing may follow the list.
  public mutating func finish() throws(JSONError) {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "]") else {
      let what = position < bytes.count ? "another element where the list should end" : "the list has no end"
      throw error(what, at: position)
    }
    position += 1
    skipSpace()
    guard position == bytes.count else { throw error("something follows the list", at: position) }
    position -= 1
  }
}

// MARK: Places

extension JSONListReader {
  /// Where the next element begins. Nothing is taken yet.
  private func begin() throws(JSONError) -> Int {
    guard !isAtEnd else { throw error("the list ends where an element should be", at: position) }
    if isFresh { return position }
    guard bytes[position] == UInt8(ascii: ",") else { throw error("a comma is missing", at: position) }
    let start = afterSpace(position + 1)
    guard start < bytes.count else { throw error("the list has no end", at: start) }
    return start
  }

  private mutating func end(at end: Int) {
    isFresh = false
    position = end
    skipSpace()
  }

  private mutating func skipSpace() { position = afterSpace(position) }

  private func afterSpace(_ start: Int) -> Int {
    var place = start
    while place < bytes.count, bytes[place] <= 0x20, Self.isSpace(bytes[place]) { place += 1 }
    return place
  }

  private mutating func consume(_ word: StaticString, at start: Int) -> Bool {
    let length = word.utf8CodeUnitCount
    guard start + length <= bytes.count else { return false }
    for place in 0..<length where bytes[start + place] != word.utf8Start[place] { return false }
    end(at: start + length)
    return true
  }

  /// The closing quote of the string that begins at `start`; nil: there is none, or it holds an escape.
  private func plainString(at start: Int) throws(JSONError) -> Int? {
    guard bytes[start] == UInt8(ascii: "\"") else { return nil }
    var place = start + 1
    while place < bytes.count {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\"") { return place }
      if byte == UInt8(ascii: "\\") { return nil }
      if byte < 0x20 { throw error("a control character in a string", at: place) }
      place += 1
    }
    throw error("the string has no end", at: start)
  }

  /// Where the element that begins at `start` ends: what is in it is left to whoever parses it.
  private func end(ofElementAt start: Int) throws(JSONError) -> Int {
    var depth = 0
    var place = start
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\""):
        place += 1
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
          place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        if depth == 0 { return place }
        depth -= 1
        if depth == 0 { return place + 1 }
      case UInt8(ascii: ","): if depth == 0 { return place }
      default: break
      }
      place += 1
    }
    throw error("the list has no end", at: start)
  }

  private static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var all: UInt8 = 0
    for byte in bytes { all |= byte }
    return all < 0x80
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  private static func digit(_ byte: UInt8) -> Int64? {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int64(byte - UInt8(ascii: "0")) : nil
  }

  private static func kind(of byte: UInt8) -> Kind? {
    switch byte {
    case UInt8(ascii: "n"): .null
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
    case UInt8(ascii: "\""): .string
    case UInt8(ascii: "["): .array
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): .number
    default: nil
    }
  }

  private func error(_ message: String, at place: Int) -> JSONError {
    JSONError(.syntax, "not valid JSON: \(message)", at: min(place, bytes.count), of: bytes)
  }
}
