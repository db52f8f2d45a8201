import BanyanCore
import BanyanJSON

extension JobDocument {
  /// A job as answers show it; nobody writes one.
  public static var schema: JSON {
    let family = Schema.object(
      [
        ("name", Schema.text), ("count", Schema.integer), ("parameters", Schema.list(of: Schema.text)),
        ("first_member", Schema.integer),
      ], required: ["count", "parameters", "first_member"])
    return Schema.object(
      [
        ("number", Schema.integer(1...Int64.max)), ("name", Schema.text), ("owner", Schema.text),
        ("_created", Schema.date), ("_updated", Schema.date), ("labels", Schema.texts),
        ("families", Schema.list(of: family)),
        (
          "task_count",
          Schema.described(Schema.integer, "Members that it was made with; those that are forgotten count in no state.")
        ), ("counts", countsSchema),
        ("state", Schema.word(JobState.allCases.map(\.rawValue))), ("started", Schema.date), ("ended", Schema.date),
        ("estimated_start", ExpectedTimes.schema), ("estimated_end", ExpectedTimes.schema),
        ("resumes", Schema.integer(1...Int64.max)),
      ])
  }

  static var countsSchema: JSON { Schema.object(MemberState.allCases.map { ($0.name, Schema.integer) }) }
}

extension JobRequest {
  /// What `POST /jobs` may give.
  public static var schema: JSON {
    let families = Schema.list(of: Schema.named("NewFamily"), atMost: TaskDocument.maxTasks)
    return Schema.object(
      [
        ("name", JobName.schema), ("labels", Schema.texts),
        (
          "defaults",
          Schema.described(
            FamilyReading.schema(isDefaults: true), "Fields of each task that doesn't say otherwise.")
        ),
        ("tasks", families), ("resume", Schema.integer(1...TaskField.maxInteger)),
      ], required: ["tasks"], isClosed: true)
  }
}

extension JobName {
  fileprivate static var schema: JSON {
    guard case .object(var schema) = Schema.text(rule.length) else { return Schema.text }
    // No slash, no control character, and something that is no digit.
    let allowed = "[^/\\x00-\\x1F\\x7F-\\x9F]"
    schema["pattern"] = .string("^\(allowed)*[^/0-9\\x00-\\x1F\\x7F-\\x9F]\(allowed)*$")
    return .object(schema)
  }
}

/// The schema of a family of a job that is to be made.
public enum FamilySchema {
  /// What an element of `tasks` may give.
  public static var schema: JSON { FamilyReading.schema(isDefaults: false) }
}

extension FamilyReading {
  fileprivate static func schema(isDefaults: Bool) -> JSON {
    let limit = Schema.integer(limits)
    let one = Schema.text(1...4096)
    var members: [(String, JSON)] = TaskField.all.compactMap { field in
      guard names.contains(field.name), field.name != "after", let input = field.input else { return nil }
      return isDefaults && field.name == "name" ? nil : (field.name, Schema.described(input.schema, field.meaning))
    }
    members += [
      ("after", ["oneOf": [one, Schema.list(of: one, atMost: TaskFields.maxContinuations)]]),
      ("max_running", limit), ("stop_after_failures", limit),
    ]
    if !isDefaults { members += parameters }
    return Schema.object(members, isClosed: true)
  }

  private static var parameters: [(String, JSON)] {
    let name: JSON = [
      "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
      "maxLength": .integer(Int64(ParametersReading.maxNameBytes)),
    ]
    let values: JSON = ["type": "array", "items": Schema.text, "minItems": 1]
    let row = Schema.list(of: Schema.text)
    return [
      (
        "range",
        [
          "type": "string", "pattern": "^[0-9]+(-[0-9]+(:[0-9]+)?)?( *, *[0-9]+(-[0-9]+(:[0-9]+)?)?)*$",
          "description": "Numbers, one task each: 1-100000, or 0-9,20-30:2.",
        ]
      ),
      (
        "matrix",
        [
          "type": "object", "additionalProperties": values, "propertyNames": name, "minProperties": 1,
          "description": "Axes; a task for each combination, the last axis fastest.",
        ]
      ),
      (
        "rows",
        Schema.object(
          [
            ("columns", ["type": "array", "items": name, "minItems": 1]),
            ("values", ["type": "array", "items": row, "minItems": 1]),
          ], required: ["columns", "values"], isClosed: true)
      ),
    ]
  }
}

extension MemberRanges {
  static var schema: JSON {
    [
      "type": "string", "pattern": "^ *[1-9][0-9]*(- *[1-9][0-9]*)?(, *[1-9][0-9]*(- *[1-9][0-9]*)?)*$",
      "description": "Numbers of members, as in 3-9,12.",
    ]
  }
}

extension JobChange {
  /// What a PATCH of a job may give.
  public static var schema: JSON {
    let fields = ["labels", "held", "priority", "queue", "not_before"].compactMap { name -> (String, JSON)? in
      guard let field = TaskField.named(name), let input = field.input else { return nil }
      if case .provided(let provided) = input, provided.isOptional { return (name, Schema.orNull(input.schema)) }
      return (name, input.schema)
    }
    return Schema.object(
      fields + [
        ("max_running", Schema.orNull(Schema.integer(FamilyReading.limits))), ("state", Schema.word(states)),
        ("shutdown_time_milliseconds", Schema.integer(0...TaskField.maxInteger)), ("members", MemberRanges.schema),
      ], isClosed: true)
  }
}

extension JobRetry {
  /// What a retry of a job may give.
  public static var schema: JSON {
    let changes = TaskField.all.compactMap { field -> (String, JSON)? in
      guard field.writer != .whenMade, field.name != "name", let input = field.input else { return nil }
      switch input {
      case .state, .references: return nil
      case .provided(.resources):
        let words = "Of what is reserved the amounts that are named change, the others stay."
        return (field.name, Schema.orNull(Schema.described(input.schema, words)))
      case .provided(let provided) where provided.isOptional: return (field.name, Schema.orNull(input.schema))
      case .provided, .held: return (field.name, input.schema)
      }
    }
    return Schema.object(
      [
        ("members", MemberRanges.schema),
        ("states", ["type": "array", "items": Schema.word(retriable.map(\.name)), "minItems": 1]),
        ("changes", Schema.object(changes, isClosed: true)),
      ], isClosed: true)
  }
}

extension JobAnswers {
  private static let ok = Schema.word(["OK"])

  /// The answer to the making of a job.
  public static var madeSchema: JSON {
    Schema.object(
      [
        ("_status", ok), ("number", Schema.integer), ("task_count", Schema.integer), ("taken_over", Schema.integer),
        ("remarks", Schema.list(of: Schema.text)),
      ], required: ["_status", "number", "task_count", "taken_over"])
  }

  /// The answer to the change of a job.
  public static var changedSchema: JSON {
    let counts = ["number", "changed", "cancelled", "told_to_stop", "unchanged", "others"]
    return Schema.object([("_status", ok)] + counts.map { ($0, Schema.integer) }, required: ["_status"] + counts)
  }

  /// The answer to a retry of a job.
  public static var retriedSchema: JSON {
    let copies = Schema.list(
      of: Schema.object([("_id", Schema.identifier), ("copy_of", Schema.identifier)]), atMost: maxCopies)
    return Schema.object(
      [("_status", ok), ("number", Schema.integer), ("task_count", Schema.integer), ("_items", copies)],
      required: ["_status", "number", "task_count", "_items"])
  }
}

extension JobResults {
  /// A row of a job's results.
  public static var schema: JSON {
    Schema.object(
      [
        ("member", Schema.integer), ("name", Schema.text), ("parameters", Schema.texts),
        ("outcome", Schema.word(TaskOutcome.allCases.map(\.rawValue))), ("exit_status", Schema.text),
        ("attempts", Schema.integer), ("started", Schema.date), ("ended", Schema.date),
        ("runtime", Schema.described(Schema.number, "Seconds.")), ("peak_memory_bytes", Schema.integer),
        ("asked_memory_bytes", Schema.integer), ("cpu_seconds", Schema.number), ("worker", Schema.text),
      ])
  }
}

extension JobWhyDocument {
  /// What holds most of a job back.
  public static var schema: JSON {
    let example = Schema.object([("_id", Schema.identifier), ("name", Schema.text), ("member", Schema.integer)])
    let reason = Schema.object(
      [
        ("reason", Schema.text), ("count", Schema.integer), ("sentence", Schema.text), ("short", Schema.text),
        ("example", example),
      ], required: ["reason", "count", "sentence", "short", "example"])
    return Schema.object(
      [
        ("number", Schema.integer), ("name", Schema.text), ("state", Schema.text),
        ("counts", JobDocument.countsSchema), ("waiting", Schema.integer), ("looked_at", Schema.integer),
        ("sentence", Schema.text), ("reasons", Schema.list(of: reason)), ("forecast", Schema.text),
        ("estimated_start", ExpectedTimes.schema), ("estimated_end", ExpectedTimes.schema),
      ], required: ["number", "state", "counts", "waiting", "looked_at", "sentence", "reasons"])
  }
}

extension JobGlance {
  /// The schema of a document.
  public static var schema: JSON {
    let mention: [(String, JSON)] = [("member", Schema.integer), ("name", Schema.text)]
    let end = Schema.object([("earliest", Schema.date), ("likely", Schema.date), ("latest", Schema.date)])
    return Schema.object(
      [
        ("number", Schema.integer(1...Int64.max)), ("command", Schema.text), ("since", Schema.date),
        ("failure", Schema.object(mention + [("outcome", Schema.text), ("cause", Schema.text)])),
        ("why", Schema.object(mention + [("reason", Schema.text), ("short", Schema.text)])), ("estimated_end", end),
      ], required: ["number"])
  }
}
