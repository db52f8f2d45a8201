import BanyanJSON

/// Pieces of JSON Schema, as OpenAPI 3.1 has them.
public enum Schema {
  /// An identifier: 24 hex digits in either case.
  public static let identifier: JSON = ["type": "string", "pattern": "^[0-9a-fA-F]{24}$"]
  /// Either form of a date.
  public static let date: JSON = [
    "type": "string", "description": "Tue, 02 Apr 2013 10:29:13 GMT, or ISO 8601: 2013-04-02T10:29:13.000Z",
  ]
  /// A string, however long.
  public static let text: JSON = ["type": "string"]
  /// A boolean, `true` or `false`.
  public static let flag: JSON = ["type": "boolean"]
  /// A number, whole or not.
  public static let number: JSON = ["type": "number"]
  /// An integer without limits.
  public static let integer: JSON = ["type": "integer"]
  /// An object with whatever members.
  public static let anyObject: JSON = ["type": "object"]
  /// An object whose members are strings.
  public static let texts: JSON = ["type": "object", "additionalProperties": ["type": "string"]]
  /// An object whose members are integers.
  public static let integers: JSON = ["type": "object", "additionalProperties": ["type": "integer"]]

  /// An integer within limits.
  public static func integer(_ range: ClosedRange<Int64>) -> JSON {
    ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
  }

  /// A string of so many characters.
  public static func text(_ length: ClosedRange<Int>) -> JSON {
    [
      "type": "string", "minLength": .integer(Int64(length.lowerBound)),
      "maxLength": .integer(Int64(length.upperBound)),
    ]
  }

  /// A value of this schema, or null.
  public static func orNull(_ schema: JSON) -> JSON { ["anyOf": [schema, ["type": "null"]]] }

  /// One of these words.
  public static func word(_ words: [String]) -> JSON {
    ["type": "string", "enum": .array(words.map(JSON.string))]
  }

  /// A list whose elements have one schema; nil: however long.
  public static func list(of element: JSON, atMost most: Int? = nil) -> JSON {
    var schema: JSONObject = ["type": "array", "items": element]
    if let most { schema["maxItems"] = .integer(Int64(most)) }
    return .object(schema)
  }

  /// An object.
  /// - Parameters:
  ///   - members: names and schemas.
  ///   - required: the names of those that have to be there.
  ///   - isClosed: other members are refused.
  public static func object(
    _ members: [(String, JSON)], required: [String] = [], isClosed: Bool = false
  ) -> JSON {
    var properties = JSONObject()
    for (name, schema) in members { properties[name] = schema }
    var schema: JSONObject = ["type": "object", "properties": .object(properties)]
    if !required.isEmpty { schema["required"] = .array(required.map(JSON.string)) }
    if isClosed { schema["additionalProperties"] = false }
    return .object(schema)
  }

  /// Another schema of the same description.
  public static func named(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }

  /// The same with a sentence.
  static func described(_ schema: JSON, _ meaning: String) -> JSON {
    guard case .object(var object) = schema, object["$ref"] == nil else { return schema }
    object["description"] = .string(meaning)
    return .object(object)
  }
}
