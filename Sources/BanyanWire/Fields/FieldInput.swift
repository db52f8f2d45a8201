import BanyanCore

/// How a field is read from a document: its kind with its limits, and the change that a good value makes. The limits
/// are data, so that the same declaration reads documents and describes itself.
public enum FieldInput: Sendable {
  case text(TextRule, @Sendable (String) -> FieldChange)
  /// One of these words.
  case word([String], @Sendable (String) -> FieldChange?)
  case integer(ClosedRange<Int64>, @Sendable (Int64) -> FieldChange)
  case flag(@Sendable (Bool) -> FieldChange)
  case date(@Sendable (Int64) -> FieldChange)
  case texts(TextListRule, @Sendable ([String]) -> FieldChange)
  case map(TextMapRule, @Sendable (TextMap) -> FieldChange)
  case resources(@Sendable (ResourceRequest) -> FieldChange)
  case arrayPlace(@Sendable (ArrayPlace) -> FieldChange)
  /// Identifiers or names of tasks, at most so many, none of them twice.
  case references(Edge, atMost: Int)
  /// A request rather than a value: one of these words in a POST, any state in a PATCH.
  case state(whenMade: [String])

  /// Which list of references.
  public enum Edge: Sendable { case continuations, after }
}

/// What a string has to be.
public struct TextRule: Sendable {
  /// What else it must be, beside its length.
  public enum Form: Sendable {
    case any
    /// Not 24 hex digits, which would be an identifier.
    case notIdentifier
    /// It begins with `/`.
    case absolutePath
  }
  /// In characters (Unicode scalars) unless `inBytes`.
  public var length: ClosedRange<Int>
  /// The length counts bytes of UTF-8.
  public var inBytes = false
  /// What else it must be.
  public var form = Form.any

  static let name = TextRule(length: 1...256, form: .notIdentifier)
  static let queue = TextRule(length: 1...64)
  static let command = TextRule(length: 1...131_071, inBytes: true)
  static let path = TextRule(length: 1...4095, inBytes: true)
  static let absolutePath = TextRule(length: 1...4095, inBytes: true, form: .absolutePath)
  static let exitStatus = TextRule(length: 1...ExitStatus.longest)

  /// What would be right, in words.
  var remedy: String {
    let what = "\(length.lowerBound) to \(length.upperBound) \(inBytes ? "bytes" : "characters")"
    return switch form {
    case .any: "give a string of \(what)"
    case .notIdentifier: "give a string of \(what) that is not 24 hex digits"
    case .absolutePath: "give an absolute path (it begins with /) of \(what)"
    }
  }

  /// What is wrong with a text; nil: nothing.
  func trouble(in text: String) -> String? {
    // A string has at least as many bytes as characters, and at most four times as many.
    let count =
      inBytes || text.utf8.count <= length.upperBound && length.lowerBound <= 1
      ? text.utf8.count : text.unicodeScalars.count
    if count < length.lowerBound { return count == 0 ? "empty" : "too short" }
    if count > length.upperBound { return "\(count) \(inBytes ? "bytes" : "characters") long" }
    switch form {
    case .any: break
    case .notIdentifier where Identifier.looksLikeOne(text): return "24 hex digits, which is how an identifier looks"
    case .absolutePath where text.utf8.first != UInt8(ascii: "/"): return "a relative path"
    default: break
    }
    return text.hasNUL ? "it has a NUL in it" : nil
  }
}

extension String {
  /// Looked for in the bytes as they lie: a command may be long.
  var hasNUL: Bool { utf8.withContiguousStorageIfAvailable { $0.contains(0) } ?? utf8.contains(0) }
}

/// What a list of strings has to be.
public struct TextListRule: Sendable {
  /// How many.
  public var count: ClosedRange<Int>
  /// The longest single one, in bytes.
  public var longest: Int
  /// All together, in bytes.
  public var total: Int

  static let arguments = TextListRule(count: 1...65_536, longest: 131_071, total: 1 << 20)
}

/// What an object of strings has to be.
public struct TextMapRule: Sendable {
  /// How many members at most.
  public var count: Int
  /// Names and values together, in bytes.
  public var total: Int
  /// Names are those of variables: `[A-Za-z_][A-Za-z0-9_]*`.
  public var namesVariables: Bool

  static let environment = TextMapRule(count: .max, total: 64 << 10, namesVariables: true)
  static let labels = TextMapRule(count: 32, total: 64 << 10, namesVariables: false)

  func isVariable(_ name: String) -> Bool {
    var isFirst = true
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): break
      case UInt8(ascii: "0")...UInt8(ascii: "9") where !isFirst: break
      default: return false
      }
      isFirst = false
    }
    return !isFirst
  }
}
