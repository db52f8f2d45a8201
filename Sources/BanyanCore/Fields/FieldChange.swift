/// One field set to a value: what a PATCH is made of.
public enum FieldChange: Hashable, Sendable {
  /// A field gets the value that it has in these; where it has none there, it is taken away.
  case field(ProvidedField, from: TaskFields)
  /// The task is held, or let go.
  case held(Bool)

  /// A field is set.
  /// - Parameters:
  ///   - field: which.
  ///   - write: sets it in fields that have their defaults.
  public static func set(_ field: ProvidedField, _ write: (inout TaskFields) -> Void) -> FieldChange {
    var fields = TaskFields()
    write(&fields)
    return .field(field, from: fields)
  }

  /// A field that a task need not have is taken away.
  public static func absent(_ field: ProvidedField) -> FieldChange { .field(field, from: TaskFields()) }

  /// The field's name in documents.
  public var name: String {
    switch self {
    case .field(let field, _): field.name
    case .held: "held"
    }
  }

  /// It may change at any time, others only while the task is inactive.
  public var isWritableAnyTime: Bool {
    switch self {
    case .field(let field, _): field.writer == .anyTime
    case .held: true
    }
  }
}

extension FieldChange: CustomStringConvertible {
  /// The field and its value.
  public var description: String {
    switch self {
    case .field(let field, let fields): "\(field.name): \(field.text(in: fields))"
    case .held(let isHeld): "held: \(isHeld)"
    }
  }
}

extension ProvidedField {
  /// Its value in words, for whoever looks for a mistake.
  fileprivate func text(in fields: TaskFields) -> String {
    switch form {
    case .text(_, let access), .word(_, let access): access.get(fields) ?? "none"
    case .texts(_, let access): access.get(fields).map { "\($0)" } ?? "none"
    case .map(_, let access): "\(access.get(fields))"
    case .integer(_, let access), .span(_, let access), .date(let access):
      access.get(fields).map { "\($0)" } ?? "none"
    case .resources(let access): access.get(fields).map { "\($0)" } ?? "none"
    case .arrayPlace(let access): access.get(fields).map { "\($0)" } ?? "none"
    }
  }
}

extension TaskFields {
  /// Sets one field. `held` is no field of a specification (it is the task's own) and changes nothing here.
  public mutating func set(_ change: FieldChange) {
    if case .field(let field, let source) = change { field.copy(from: source, to: &self) }
  }
}
