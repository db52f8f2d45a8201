internal import CJansson

/// Building jansson's trees and writing them out.
///
/// Every `make` answers with a value that the caller owns: put it into one list or object, which then owns it,
/// or `release` it.
struct JSONTree {
  /// Seeds jansson's hashing, once in the life of the process and before its first object, so that nobody
  /// can choose keys that collide.
  static let seed: Void = json_object_seed(0)

  /// Whether a real number needs 17 digits to be read back the same. jansson 2.14 writes all reals of a text
  /// with one precision: with 15 digits `0.1` stays `0.1`, so that is what is used where it loses nothing.
  private(set) var needsAllDigits = false

  static func release(_ json: UnsafeMutablePointer<json_t>) { json_decref(json) }

  /// jansson answers NULL for no other reason than that memory ran out; Swift's own containers trap then too.
  static func present(_ json: UnsafeMutablePointer<json_t>?) -> UnsafeMutablePointer<json_t> {
    guard let json else { preconditionFailure("out of memory while JSON was built") }
    return json
  }

  static func makeObject() -> UnsafeMutablePointer<json_t> {
    seed
    return present(json_object())
  }

  static func makeArray() -> UnsafeMutablePointer<json_t> { present(json_array()) }

  static func make(_ flag: Bool) -> UnsafeMutablePointer<json_t> { present(flag ? json_true() : json_false()) }

  static func make(_ number: Int64) -> UnsafeMutablePointer<json_t> { present(json_integer(number)) }

  static func makeNull() -> UnsafeMutablePointer<json_t> { present(json_null()) }

  static func make(_ text: String) -> UnsafeMutablePointer<json_t> {
    var text = text
    return text.withUTF8 { make($0) }
  }

  /// A string of bytes that are UTF-8.
  static func make(_ utf8: UnsafeBufferPointer<UInt8>) -> UnsafeMutablePointer<json_t> {
    utf8.withMemoryRebound(to: CChar.self) { text in
      guard let start = text.baseAddress else { return present(json_stringn_nocheck("", 0)) }
      return present(json_stringn_nocheck(start, text.count))
    }
  }

  mutating func make(_ number: Double) -> UnsafeMutablePointer<json_t> {
    guard number.isFinite else { return Self.make(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity") }
    note(number)
    return Self.present(json_real(number))
  }

  mutating func make(_ value: JSON) -> UnsafeMutablePointer<json_t> {
    switch value {
    case .null: return Self.makeNull()
    case .bool(let flag): return Self.make(flag)
    case .integer(let number): return Self.make(number)
    case .real(let number): return make(number)
    case .string(let text): return Self.make(text)
    case .array(let elements):
      let array = Self.makeArray()
      for element in elements { Self.append(make(element), to: array) }
      return array
    case .object(let members):
      let object = Self.makeObject()
      for (key, member) in members { Self.set(key, make(member), in: object) }
      return object
    }
  }

  static func append(_ element: UnsafeMutablePointer<json_t>, to array: UnsafeMutablePointer<json_t>) {
    precondition(json_array_append_new(array, element) == 0, "out of memory while JSON was built")
  }

  static func set(_ key: String, _ value: UnsafeMutablePointer<json_t>, in object: UnsafeMutablePointer<json_t>) {
    var key = key
    key.withUTF8 { set($0, value, in: object) }
  }

  private static func set(
    _ key: UnsafeBufferPointer<UInt8>, _ value: UnsafeMutablePointer<json_t>, in object: UnsafeMutablePointer<json_t>
  ) {
    let status = key.withMemoryRebound(to: CChar.self) { key in
      guard let start = key.baseAddress else { return json_object_setn_new_nocheck(object, "", 0, value) }
      return json_object_setn_new_nocheck(object, start, key.count, value)
    }
    precondition(status == 0, "out of memory while JSON was built")
  }

  /// Sees which reals a value has, for ``dump(_:into:pretty:sortedKeys:)``.
  mutating func noteReals(in node: JSONNode) {
    if node.isObject {
      for (_, member) in node.members { noteReals(in: member) }
    } else if node.isArray {
      for element in node.elements { noteReals(in: element) }
    } else if node.integer == nil, let number = node.double {
      note(number)
    }
  }

  private mutating func note(_ number: Double) {
    if needsAllDigits || (number.magnitude < 1e15 && number == number.rounded()) { return }
    // Swift's description has the fewest digits that are read back the same.
    let digits = number.description.utf8.prefix { $0 != UInt8(ascii: "e") }
      .filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      .drop { $0 == UInt8(ascii: "0") }
    needsAllDigits = digits.count > 15
  }

  /// Appends the text of `root` to `buffer`.
  func dump(
    _ root: UnsafeMutablePointer<json_t>, into buffer: inout [UInt8], pretty: Bool = false, sortedKeys: Bool = false
  ) {
    let precision = (needsAllDigits ? 17 : 15) << 11  // the macro JSON_REAL_PRECISION
    let layout = pretty ? 2 : Int(JSON_COMPACT)  // the macro JSON_INDENT(2)
    let flags = Int(JSON_ENCODE_ANY) | precision | layout | (sortedKeys ? Int(JSON_SORT_KEYS) : 0)
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 2048) { lent in
      var text = banyan_text(bytes: lent.baseAddress, count: 0, capacity: lent.count, is_owned: 0)
      precondition(banyan_text_dump(root, &text, flags) == 0, "out of memory while JSON was written")
      buffer.append(contentsOf: UnsafeRawBufferPointer(start: text.bytes, count: text.count))
      banyan_text_free(&text)
    }
  }
}
