/// One field of a task that its provider writes, declared once. By this declaration it is read from documents and
/// command lines, refused with its limits, changed, kept on the disk, written for workers and for people, filtered by and
/// described. ``all`` is the table.
public final class ProvidedField: Sendable {
  /// When a provider may write it.
  public enum Writer: Sendable {
    /// While the task is inactive, or is held while it waits.
    case whileInactive
    case anyTime
    /// In the document that makes the task.
    case whenMade
  }

  /// What a value of it is, with its limits and its place in the fields.
  ///
  /// Indirect: it is looked at for each field of each task, and a copy of a box is one count.
  public indirect enum Form: Sendable {
    case text(TextRule, TextAccess)
    /// One of these words.
    case word([String], TextAccess)
    case texts(TextListRule, TextsAccess)
    case map(TextMapRule, MapAccess)
    case integer(ClosedRange<Int64>, NumberAccess)
    /// A length of time in milliseconds. People write it with its unit.
    case span(ClosedRange<Int64>, NumberAccess)
    /// A moment, in milliseconds since 1970.
    case date(NumberAccess)
    case resources(ResourcesAccess)
    case arrayPlace(PlaceAccess)
  }

  /// Its name in documents.
  public let key: StaticString
  /// The same as a string.
  public let name: String
  /// When a provider may write it.
  public let writer: Writer
  /// What a value of it is, with its limits and its place in the fields.
  public let form: Form
  /// Its key in journals and snapshots; nil: it is written in every task's record, at a place of its own.
  public let storedKey: StaticString?
  /// Its key in a graph, and with hyphens its flag on the command line (where it has one); nil: it is no key there.
  public let word: String?
  /// What is added to the number that people write: `retries: 2` is three attempts.
  public let added: Int64
  /// What it means, in a sentence.
  public let meaning: String
  /// A task need not have it: it may be taken away.
  public let isOptional: Bool

  init(
    _ key: StaticString, _ form: Form, by writer: Writer = .whileInactive, stored storedKey: StaticString?,
    word: String? = nil, adding added: Int64 = 0, _ meaning: String
  ) {
    self.key = key
    name = key.description
    self.form = form
    self.writer = writer
    self.storedKey = storedKey
    self.word = word
    self.added = added
    self.meaning = meaning
    isOptional = form.isAbsent(in: TaskFields())
  }

  /// The largest integer that any field takes, 2^53: every JSON reader keeps it exact, and sums stay far from the ends of
  /// 64 bits.
  public static let maxInteger: Int64 = 1 << 53

  /// The field of a name in documents.
  public static func named(_ name: String) -> ProvidedField? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// Gives `fields` the value that it has in others.
  public func copy(from source: TaskFields, to fields: inout TaskFields) {
    switch form {
    case .text(_, let access), .word(_, let access): access.set(&fields, access.get(source))
    case .texts(_, let access): access.set(&fields, access.get(source))
    case .map(_, let access): access.set(&fields, access.get(source))
    case .integer(_, let access), .span(_, let access), .date(let access): access.set(&fields, access.get(source))
    case .resources(let access): access.set(&fields, access.get(source))
    case .arrayPlace(let access): access.set(&fields, access.get(source))
    }
  }
}

extension ProvidedField: Hashable {
  /// Each field is declared once.
  public static func == (left: ProvidedField, right: ProvidedField) -> Bool { left === right }

  /// Hashes the name, which no two fields share.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension ProvidedField.Form {
  fileprivate func isAbsent(in fields: TaskFields) -> Bool {
    switch self {
    case .text(_, let access), .word(_, let access): access.get(fields) == nil
    case .texts(_, let access): access.get(fields) == nil
    case .map(_, let access): access.get(fields).isEmpty
    case .integer(_, let access), .span(_, let access), .date(let access): access.get(fields) == nil
    case .resources(let access): access.get(fields) == nil
    case .arrayPlace(let access): access.get(fields) == nil
    }
  }
}

/// How a field of each form lies in the value that holds them all. A field that is no optional there keeps what it has
/// when it is set to nil, and a number is clamped to what the field can hold.
///
/// One type a form: the closures of a generic one would be called through thunks, at several times the cost.
extension ProvidedField {
  /// Reads and writes a field that is a text.
  public struct TextAccess: Sendable {
    /// Reads the field; nil: it has no value.
    public let get: @Sendable (TaskFields) -> String?
    /// Writes the field; nil takes its value away, if it is optional.
    public let set: @Sendable (inout TaskFields, String?) -> Void

    init(
      _ get: @escaping @Sendable (TaskFields) -> String?, _ set: @escaping @Sendable (inout TaskFields, String?) -> Void
    ) {
      self.get = get
      self.set = set
    }
  }

  /// Reads and writes a field that is texts.
  public struct TextsAccess: Sendable {
    /// Reads the field; nil: it has no value.
    public let get: @Sendable (TaskFields) -> [String]?
    /// Writes the field; nil takes its value away, if it is optional.
    public let set: @Sendable (inout TaskFields, [String]?) -> Void

    init(
      _ get: @escaping @Sendable (TaskFields) -> [String]?,
      _ set: @escaping @Sendable (inout TaskFields, [String]?) -> Void
    ) {
      self.get = get
      self.set = set
    }
  }

  /// Reads and writes a field that is texts by name.
  public struct MapAccess: Sendable {
    /// Reads the field; empty: it has none.
    public let get: @Sendable (TaskFields) -> TextMap
    /// Writes the field; an empty map takes it away.
    public let set: @Sendable (inout TaskFields, TextMap) -> Void

    init(
      _ get: @escaping @Sendable (TaskFields) -> TextMap, _ set: @escaping @Sendable (inout TaskFields, TextMap) -> Void
    ) {
      self.get = get
      self.set = set
    }
  }

  /// Reads and writes a field that is a number.
  public struct NumberAccess: Sendable {
    /// Reads the field; nil: it has no value.
    public let get: @Sendable (TaskFields) -> Int64?
    /// Writes the field; nil takes its value away, if it is optional.
    public let set: @Sendable (inout TaskFields, Int64?) -> Void

    init(
      _ get: @escaping @Sendable (TaskFields) -> Int64?, _ set: @escaping @Sendable (inout TaskFields, Int64?) -> Void
    ) {
      self.get = get
      self.set = set
    }
  }

  /// Reads and writes a field that is resources.
  public struct ResourcesAccess: Sendable {
    /// Reads the field; nil: it has no value.
    public let get: @Sendable (TaskFields) -> ResourceRequest?
    /// Writes the field; nil takes its value away, if it is optional.
    public let set: @Sendable (inout TaskFields, ResourceRequest?) -> Void

    init(
      _ get: @escaping @Sendable (TaskFields) -> ResourceRequest?,
      _ set: @escaping @Sendable (inout TaskFields, ResourceRequest?) -> Void
    ) {
      self.get = get
      self.set = set
    }
  }

  /// Reads and writes a field that is a place in an array.
  public struct PlaceAccess: Sendable {
    /// Reads the field; nil: it has no value.
    public let get: @Sendable (TaskFields) -> ArrayPlace?
    /// Writes the field; nil takes its value away, if it is optional.
    public let set: @Sendable (inout TaskFields, ArrayPlace?) -> Void

    init(
      _ get: @escaping @Sendable (TaskFields) -> ArrayPlace?,
      _ set: @escaping @Sendable (inout TaskFields, ArrayPlace?) -> Void
    ) {
      self.get = get
      self.set = set
    }
  }
}
