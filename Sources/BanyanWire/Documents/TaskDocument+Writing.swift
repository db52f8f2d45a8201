import BanyanCore
import BanyanJSON

extension TaskDocument {
  /// Sets the members of an object that is being written to a task's fields. What a task lacks is left out.
  public static func write(
    _ record: TaskRecord, to object: inout JSONObjectWriter, _ options: DocumentOptions = DocumentOptions()
  ) {
    let fields = record.fields
    for field in TaskField.all { write(field, of: record, fields, to: &object, options) }
  }

  /// Sets one of these members, if it is there and may be seen.
  /// - Parameter fields: all that the task's provider wrote (``TaskRecord/fields``).
  static func write(
    _ field: TaskField, of record: TaskRecord, _ fields: TaskFields, to object: inout JSONObjectWriter,
    _ options: DocumentOptions
  ) {
    guard shows(field, of: record, options) else { return }
    let value: FieldValue =
      switch field.source {
      case .record(let get): get(record)
      case .fields(let get): get(fields)
      case .nowhere: .missing
      }
    value.write(field.key, to: &object, dates: options.dates)
  }

  /// A task's document as JSON text, ready for an answer's body.
  public static func encoded(_ record: TaskRecord, _ options: DocumentOptions = DocumentOptions()) -> [UInt8] {
    JSONText.object { write(record, to: &$0, options) }
  }

  /// A task as a value.
  public static func json(_ record: TaskRecord, _ options: DocumentOptions = DocumentOptions()) -> JSON {
    var object = JSONObject(minimumCapacity: TaskField.all.count)
    for field in TaskField.all where shows(field, of: record, options) {
      if let value = field.value(in: record).json(dates: options.dates) { object[field.name] = value }
    }
    return .object(object)
  }

  /// A task that is to be made, as the document of a POST: what is at its default is left out.
  public static func json(_ draft: TaskDraft) -> JSON {
    var object = JSONObject()
    let said = record(of: draft.fields)
    let defaults = record(of: TaskFields())
    for field in TaskField.all where field.input != nil {
      let value = field.value(in: said)
      guard value != field.value(in: defaults), let json = value.json(dates: .iso8601) else { continue }
      object[field.name] = json
    }
    if draft.isHeld { object["held"] = true }
    if draft.wantsAvailable { object["state"] = "available" }
    for (name, references) in [("continuations", draft.continuations), ("after", draft.after)] {
      if !references.isEmpty { object[name] = .array(references.map { .string($0.text) }) }
    }
    return .object(object)
  }

  /// Fields as a task has them that was just made.
  private static func record(of fields: TaskFields) -> TaskRecord {
    TaskRecord(
      id: TaskID(seconds: 0, rest: 0), updated: 0, spec: TaskSpec(owner: "", fields: fields), state: .inactive,
      isHeld: false, pendingDependencyCount: 0, attemptCount: 0, lossCount: 0, claimNumber: 0, cause: nil,
      availableSince: 0, turn: 0, delayedUntil: 0, killDue: 0, allContinuations: [], continuations: [], attempts: [])
  }

  private static func shows(_ field: TaskField, of record: TaskRecord, _ options: DocumentOptions) -> Bool {
    if field.isEnvironment, !options.environments.includes(record) { return false }
    return options.projection?.shows(field.name) ?? true
  }
}

extension TaskReference {
  /// As documents have it.
  public var text: String {
    switch self {
    case .id(let id): id.description
    case .name(let name): name
    }
  }
}
