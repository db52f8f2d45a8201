import BanyanCore
import BanyanJSON

extension TaskDocument {
  /// What lists and single tasks show, from the table of fields.
  public static var schema: JSON {
    Schema.object(TaskField.all.filter(\.isShown).map { ($0.name, Schema.described($0.shownSchema, $0.meaning)) })
  }

  /// What a POST may give.
  public static var draftSchema: JSON {
    Schema.object(
      TaskField.all.compactMap { field in
        field.input.map { (field.name, Schema.described($0.schema, field.meaning)) }
      }, isClosed: true)
  }

  /// What a PATCH may give.
  /// - Parameter isOneOfMany: it names its task by `_id`.
  public static func patchSchema(isOneOfMany: Bool = false) -> JSON {
    var members: [(String, JSON)] = isOneOfMany ? [("_id", Schema.identifier)] : []
    for field in TaskField.all where field.writer != .whenMade {
      guard let input = field.input else { continue }
      var schema = input.schema
      if case .state = input { schema = Schema.word(TaskState.allCases.map(\.name)) }
      if case .provided(let provided) = input, provided.isOptional { schema = Schema.orNull(schema) }
      members.append((field.name, Schema.described(schema, field.meaning)))
    }
    let edges = Schema.list(of: Schema.text(1...256), atMost: maxEdges)
    members += [
      ("add_continuations", edges), ("remove_continuations", edges),
      ("update_execution_data", ExecutionDocument.patchSchema),
      ("shutdown_time_milliseconds", Schema.integer(0...TaskField.maxInteger)),
    ]
    return Schema.object(members, required: isOneOfMany ? ["_id"] : [], isClosed: true)
  }
}

extension TaskField {
  /// What documents have of it.
  var shownSchema: JSON {
    switch shape {
    case .text: Schema.text
    case .integer: Schema.integer
    case .flag: Schema.flag
    case .date: Schema.date
    case .identifier: Schema.identifier
    case .texts: Schema.list(of: Schema.text)
    case .identifiers: Schema.list(of: Schema.identifier)
    case .object: Schema.anyObject
    }
  }
}

extension FieldInput {
  /// What it is read from.
  public var schema: JSON {
    switch self {
    case .provided(let field): field.form.schema
    case .held: Schema.flag
    case .references(_, let most): Schema.list(of: Schema.text(1...256), atMost: most)
    case .state(let words): Schema.word(words)
    }
  }
}

extension ProvidedField.Form {
  fileprivate var schema: JSON {
    switch self {
    case .text(let rule, _): rule.schema
    case .word(let words, _): Schema.word(words)
    case .integer(let range, _), .span(let range, _): Schema.integer(range)
    case .date: Schema.date
    case .texts(let rule, _):
      [
        "type": "array", "items": Schema.text(0...rule.maxElementLength),
        "minItems": .integer(Int64(rule.count.lowerBound)),
        "maxItems": .integer(Int64(rule.count.upperBound)),
      ]
    case .map(let rule, _): rule.schema
    case .resources: ResourceDocument.schema
    case .arrayPlace: ArrayDocument.schema
    }
  }
}

extension TextRule {
  fileprivate var schema: JSON {
    guard case .object(var schema) = Schema.text(length) else { return Schema.text }
    switch form {
    case .any, .path: break
    case .notIdentifier: schema["not"] = ["pattern": "^[0-9a-fA-F]{24}$"]
    case .absolutePath: schema["pattern"] = "^/"
    }
    return .object(schema)
  }
}

extension TextMapRule {
  fileprivate var schema: JSON {
    var schema: JSONObject = ["type": "object", "additionalProperties": ["type": "string"]]
    if count < .max { schema["maxProperties"] = .integer(Int64(count)) }
    if namesVariables { schema["propertyNames"] = ["pattern": "^[A-Za-z_][A-Za-z0-9_]*$"] }
    return .object(schema)
  }
}
