/// A JSON value: what lies on the disk, crosses the socket and stands in REST bodies.
///
/// Integers and reals are kept apart, as jansson does: `1` is an integer and `1.0` is a real. Where a number is
/// read and either will do, ask for ``double``.
public enum JSON: Sendable, Hashable {
  /// JSON's `null`: a value of its own, not a missing member.
  case null
  /// A truth value: `true` or `false`.
  case bool(Bool)
  /// A number without fraction and exponent that fits 64 bits.
  case integer(Int64)
  /// Any other number. JSON has no spelling for NaN and the infinities: see ``encoded(pretty:sortedKeys:)``.
  case real(Double)
  /// A string of Unicode scalars, without its escapes.
  case string(String)
  /// A list of values, in order.
  case array([JSON])
  /// An object, its members in their order.
  case object(JSONObject)
}

extension JSON {
  /// The text, if this is a string.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The number, if this is an integer. A real is none, not even `1.0`.
  public var integer: Int64? {
    if case .integer(let number) = self { number } else { nil }
  }

  /// The number, if this is an integer (rounded past 2^53) or a real.
  public var double: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .real(let number): number
    default: nil
    }
  }

  /// The truth value, if this is one.
  public var bool: Bool? {
    if case .bool(let flag) = self { flag } else { nil }
  }

  /// The elements, if this is a list.
  public var array: [JSON]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The members, if this is an object.
  public var object: JSONObject? {
    if case .object(let members) = self { members } else { nil }
  }

  /// Whether this is `null`.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The member `key`, if this is an object that has it.
  public subscript(key: String) -> JSON? {
    object?[key]
  }

  /// The element at `index`, if this is a list that long.
  public subscript(index: Int) -> JSON? {
    guard let array, array.indices.contains(index) else { return nil }
    return array[index]
  }

  /// What this is, for the words of an error: "a string", "an integer", "null".
  public var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer: "an integer"
    case .real: "a real number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

extension JSON: CustomStringConvertible {
  /// The compact JSON text.
  public var description: String { encodedString() }
}
