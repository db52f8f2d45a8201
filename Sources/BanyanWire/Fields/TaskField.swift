import BanyanCore

/// One field of a task as documents have it: what reads it, writes it, filters and sorts by it, and describes it. What
/// providers write is declared by the core (`ProvidedField`), and so is here what is more than one field, or
/// the server's. ``all`` is the table.
public final class TaskField: Sendable {
  /// Who may write a field, and until when.
  public enum Writer: Sendable {
    case server
    /// A provider, while the task is inactive (or is held while it waits).
    case providerWhileInactive
    case providerAnyTime
    /// A provider, in the document that makes the task.
    case whenMade
    /// Anyone may ask for another value; what comes of it is the state machine's to say.
    case onRequest
  }

  /// What a value of it is, for filters and descriptions.
  public enum Shape: Sendable { case text, integer, flag, date, identifier, texts, identifiers, object }

  /// Where its value comes from.
  enum Source: Sendable {
    case record(@Sendable (TaskRecord) -> FieldValue)
    case fields(@Sendable (TaskFields) -> FieldValue)
    /// It is read and never shown.
    case nowhere
  }

  /// Its name on the wire.
  public let name: String
  let key: StaticString
  /// Who may write it, and until when.
  public let writer: Writer
  /// What a value of it is.
  public let shape: Shape
  /// How it is read; nil: it can't be given.
  public let input: FieldInput?
  /// What it means, in a sentence.
  public let meaning: String
  /// Other names that filters may call it by.
  public let spellings: [String]
  let source: Source
  /// It is shown to some and not to others.
  let isEnvironment: Bool

  init(
    _ key: StaticString, _ shape: Shape, by writer: Writer, _ input: FieldInput? = nil, spellings: [String] = [],
    from source: Source, _ meaning: String
  ) {
    self.key = key
    name = key.description
    self.shape = shape
    self.writer = writer
    self.input = input
    self.spellings = spellings
    self.source = source
    isEnvironment = false
    self.meaning = meaning
  }

  /// A field that providers write.
  init(_ field: ProvidedField) {
    key = field.key
    name = field.name
    shape = Shape(field.form)
    writer =
      switch field.writer {
      case .whileInactive: .providerWhileInactive
      case .anyTime: .providerAnyTime
      case .whenMade: .whenMade
      }
    input = .provided(field)
    spellings = []
    source = .fields(FieldValue.reader(of: field.form))
    isEnvironment = field == .environment
    meaning = field.meaning
  }

  /// Its value in a task.
  func value(in record: TaskRecord) -> FieldValue {
    switch source {
    case .record(let get): get(record)
    case .fields(let get): get(record.fields)
    case .nowhere: .missing
    }
  }

  /// The field of a name on the wire.
  public static func named(_ name: String) -> TaskField? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
  /// By name and by the other spellings, for filters.
  static let bySpelling = Dictionary(
    uniqueKeysWithValues: all.flatMap { field in ([field.name] + field.spellings).map { ($0, field) } })
  /// What a document may have, for suggestions.
  static let givenNames = all.filter { $0.input != nil }.map(\.name)
}

extension TaskField.Shape {
  init(_ form: ProvidedField.Form) {
    self =
      switch form {
      case .text, .word: .text
      case .texts: .texts
      case .map, .resources, .arrayPlace: .object
      case .integer, .span: .integer
      case .date: .date
      }
  }
}
