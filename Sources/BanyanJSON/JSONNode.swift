internal import CJansson

/// A value inside a ``JSONDocument``, read where it lies: nothing is converted before it is asked for.
///
/// It keeps its document alive. Types are checked on every access (jansson itself would answer a silent 0 for the
/// integer of a real): a value of another kind is `nil`.
public struct JSONNode {
  let document: JSONDocument
  let json: UnsafeMutablePointer<json_t>

  init(document: JSONDocument, json: UnsafeMutablePointer<json_t>) {
    self.document = document
    self.json = json
  }

  /// The member `key`, if this is an object that has it.
  public subscript(key: StaticString) -> JSONNode? {
    // A StaticString without a pointer is a single character given as such; literals in code have one.
    guard key.hasPointerRepresentation else { return self[key.description] }
    return key.withUTF8Buffer { member($0) }
  }

  /// The member `key`, if this is an object that has it.
  @_disfavoredOverload
  public subscript(key: String) -> JSONNode? {
    var key = key
    return key.withUTF8 { member($0) }
  }

  /// The element at `index`, if this is a list that long.
  public subscript(index: Int) -> JSONNode? {
    guard index >= 0, let element = json_array_get(json, index) else { return nil }
    return JSONNode(document: document, json: element)
  }

  private func member(_ key: UnsafeBufferPointer<UInt8>) -> JSONNode? {
    // jansson itself answers NULL where this is no object.
    let found = key.withMemoryRebound(to: CChar.self) { key in
      guard let start = key.baseAddress else { return json_object_getn(json, "", 0) }
      return json_object_getn(json, start, key.count)
    }
    return found.map { JSONNode(document: document, json: $0) }
  }

  /// The text, if this is a string.
  public var string: String? {
    withUTF8 { String(decoding: $0, as: UTF8.self) }
  }

  /// Calls `body` with the bytes of the text, if this is a string. They must not be kept.
  public func withUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result? {
    guard let text = json_string_value(json) else { return nil }
    let bytes = UnsafeRawBufferPointer(start: text, count: json_string_length(json))
    return try withExtendedLifetime(document) { try body(bytes.bindMemory(to: UInt8.self)) }
  }

  /// Whether this is a string with exactly this text; no `String` is made.
  public func isString(_ text: StaticString) -> Bool {
    guard text.hasPointerRepresentation else { return string == text.description }
    return withUTF8 { bytes in text.withUTF8Buffer { $0.elementsEqual(bytes) } } ?? false
  }

  /// The number, if this is an integer. A real is none, not even `1.0`.
  public var integer: Int64? {
    json.pointee.type == JSON_INTEGER ? json_integer_value(json) : nil
  }

  /// The number, if this is an integer (rounded past 2^53) or a real.
  public var double: Double? {
    switch json.pointee.type {
    case JSON_INTEGER: Double(json_integer_value(json))
    case JSON_REAL: json_real_value(json)
    default: nil
    }
  }

  /// The truth value, if this is one.
  public var bool: Bool? {
    switch json.pointee.type {
    case JSON_TRUE: true
    case JSON_FALSE: false
    default: nil
    }
  }

  /// Whether this is `null`.
  public var isNull: Bool { json.pointee.type == JSON_NULL }
  /// Whether this is an object.
  public var isObject: Bool { json.pointee.type == JSON_OBJECT }
  /// Whether this is a list.
  public var isArray: Bool { json.pointee.type == JSON_ARRAY }
  /// Whether this is a string.
  public var isString: Bool { json.pointee.type == JSON_STRING }

  /// The number of elements or members; 0 for everything else.
  public var count: Int {
    isArray ? json_array_size(json) : json_object_size(json)
  }

  /// What this is, for the words of an error: "a string", "an integer", "null".
  public var kindName: String {
    switch json.pointee.type {
    case JSON_OBJECT: "an object"
    case JSON_ARRAY: "a list"
    case JSON_STRING: "a string"
    case JSON_INTEGER: "an integer"
    case JSON_REAL: "a real number"
    case JSON_TRUE, JSON_FALSE: "a boolean"
    default: "null"
    }
  }

  /// The whole value, converted.
  public var value: JSON {
    switch json.pointee.type {
    case JSON_OBJECT:
      var object = JSONObject(minimumCapacity: count)
      forEachMember { key, node in object.append(key, node.value) }
      return .object(object)
    case JSON_ARRAY:
      var array: [JSON] = []
      array.reserveCapacity(count)
      forEachElement { array.append($0.value) }
      return .array(array)
    case JSON_STRING: return .string(string ?? "")
    case JSON_INTEGER: return .integer(json_integer_value(json))
    case JSON_REAL: return .real(json_real_value(json))
    case JSON_TRUE: return .bool(true)
    case JSON_FALSE: return .bool(false)
    default: return .null
    }
  }
}
