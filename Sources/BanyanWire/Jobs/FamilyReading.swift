import BanyanCore
import BanyanJSON

/// Reads a family: a task's fields, what it waits for, what its members differ in, and how many of them may run.
enum FamilyReading {
  /// The keys of what members differ in, of which a family has one at most.
  static let parameterKeys = ["range", "matrix", "rows"]
  private static let limitKeys = ["max_running", "stop_after_failures"]
  private static let ownKeys = parameterKeys + limitKeys
  /// What a family may say, for suggestions.
  static let names = TaskField.givenNames.filter { $0 != "continuations" && $0 != "array" } + ownKeys
  /// How many may run, and how many may fail.
  static let limits: ClosedRange<Int64> = 1...Int64(Int32.max)

  static func read(_ node: JSONNode, _ defaults: FamilyDefaults, _ reader: inout FieldReader) -> FamilyDraft {
    var draft = defaults.draft
    guard node.isObject else {
      reader.fail("", node, "give an object, a task or a family of them")
      return draft
    }
    readFields(of: node, into: &draft, isDefaults: false, &reader)
    draft.parameters = parameters(of: node, &reader)
    if let name = draft.fields.name, let trouble = trouble(withName: name) { reader.fail("name", trouble) }
    checkResources(of: node, &draft, defaults, &reader)
    return draft
  }

  /// Reads all but what the members differ in.
  static func readFields(
    of node: JSONNode, into draft: inout FamilyDraft, isDefaults: Bool, _ reader: inout FieldReader
  ) {
    for (key, value) in node.members where !reader.isFull {
      switch key {
      case "name" where isDefaults, "range" where isDefaults, "matrix" where isDefaults, "rows" where isDefaults:
        reader.fail(key, "each task has its own; give it there")
      case "range", "matrix", "rows": break
      case "max_running": draft.maxRunning = limit(value, &reader, key) ?? draft.maxRunning
      case "stop_after_failures": draft.stopAfterFailures = limit(value, &reader, key) ?? draft.stopAfterFailures
      case "after": draft.after = JobReferences.read(value, &reader, key)
      case "continuations": reader.fail(key, "tasks of a job have none; say after in the one that waits")
      case "array":
        reader.fail(
          key, "give range, matrix or rows instead, and max_running and stop_after_failures beside it")
      default: readField(key, value, into: &draft, &reader)
      }
    }
    if node["command"] != nil, node["arguments"] != nil { reader.fail("arguments", TaskDocument.bothTrouble) }
  }

  private static func readField(
    _ key: String, _ value: JSONNode, into draft: inout FamilyDraft, _ reader: inout FieldReader
  ) {
    guard let field = TaskField.named(key) else { return reader.unknown(key, among: names, in: "") }
    switch field.input {
    case nil: reader.fail(key, "the server writes it; leave it out")
    case .held: draft.isHeld = reader.flag(value, key) ?? draft.isHeld
    case .state(let words):
      draft.wantsAvailable = reader.word(value, words, key).map { $0 == "available" } ?? draft.wantsAvailable
    case .provided(let field):
      if case .map(let rule, let access) = field.form {
        merge(value, rule, access, into: &draft.fields, &reader, key)
      } else {
        reader.read(value, field, into: &draft.fields, key)
      }
    // Both are read above.
    case .references: break
    }
  }

  /// By name: what a family says goes before what the defaults say, and the rest of those stays.
  private static func merge(
    _ node: JSONNode, _ rule: TextMapRule, _ access: ProvidedField.MapAccess, into fields: inout TaskFields,
    _ reader: inout FieldReader, _ key: String
  ) {
    guard let own = reader.map(node, rule, key) else { return }
    var merged = access.get(fields)
    guard !merged.isEmpty else { return access.set(&fields, own) }
    for (name, text) in own { merged[name] = text }
    let size = merged.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    if merged.count > rule.count {
      reader.fail(key, "\(merged.count) members with those of defaults; give at most \(rule.count)")
    } else if size > rule.total {
      reader.fail(key, "\(size) bytes in all with those of defaults; give at most \(rule.total)")
    }
    access.set(&fields, merged)
  }

  private static func limit(_ node: JSONNode, _ reader: inout FieldReader, _ key: String) -> UInt32? {
    reader.integer(node, limits, key).map { UInt32(clamping: $0) }
  }

  private static func parameters(of node: JSONNode, _ reader: inout FieldReader) -> Parameters? {
    let given = parameterKeys.filter { node[$0] != nil }
    for key in given.dropFirst() {
      reader.fail(key, "given beside \(given[0]); give one of range, matrix and rows")
    }
    guard let key = given.first, let value = node[key] else { return nil }
    switch key {
    case "range": return ParametersReading.range(value, &reader, key)
    case "matrix": return ParametersReading.matrix(value, &reader, key)
    default: return ParametersReading.rows(value, &reader, key)
    }
  }

  /// A name that `after` could not mean: it would be read as a job's number, or as a member's place.
  private static func trouble(withName name: String) -> String? {
    guard let first = name.utf8.first, JobReferences.isDigit(first),
      name.utf8.allSatisfy({ JobReferences.isDigit($0) || $0 == UInt8(ascii: ".") })
    else { return nil }
    return "it looks like a job's number, or like a member's place, and after could not mean it; put a letter in it"
  }

  /// Resources of the defaults are for what has a command. Asked of the documents, not of what could be read: a wrong value
  /// is not a missing one.
  private static func checkResources(
    of node: JSONNode, _ draft: inout FamilyDraft, _ defaults: FamilyDefaults, _ reader: inout FieldReader
  ) {
    let hasWork = defaults.hasWork || node["command"] != nil || node["arguments"] != nil
    if !hasWork, node["requested_resources"] == nil { draft.fields.resources = nil }
    let hasResources = node["requested_resources"] != nil || (hasWork && defaults.hasResources)
    guard hasResources != hasWork else { return }
    var shape = TaskFields()
    shape.work = hasWork ? .shell("") : nil
    shape.resources = hasResources ? ResourceRequest() : nil
    for trouble in shape.troubles() { reader.fail(trouble.field, trouble.trouble) }
  }
}
