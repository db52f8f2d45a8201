/// What a string has to be.
public struct TextRule: Sendable {
  /// What else it must be, beside its length.
  public enum Form: Sendable {
    case any
    /// Not 24 hex digits, which would be an identifier.
    case notIdentifier
    /// A path of a file, which may have `%t`, `%n` and `%a` in it.
    case path
    /// It begins with `/`.
    case absolutePath
  }

  /// In characters (Unicode scalars) unless `inBytes`.
  public var length: ClosedRange<Int>
  /// The length counts bytes of UTF-8.
  public var inBytes = false
  /// What else it must be.
  public var form = Form.any

  /// A string of so many characters, or bytes.
  public init(length: ClosedRange<Int>, inBytes: Bool = false, form: Form = .any) {
    self.length = length
    self.inBytes = inBytes
    self.form = form
  }

  /// The name of a task or a worker.
  public static let name = TextRule(length: 1...256, form: .notIdentifier)
  /// The name of a queue.
  public static let queue = TextRule(length: 1...64)
  /// A line for a shell: what Linux takes as one argument (`MAX_ARG_STRLEN`).
  public static let command = TextRule(length: 1...131_071, inBytes: true)
  /// A path: what Linux takes (`PATH_MAX`).
  public static let path = TextRule(length: 1...4095, inBytes: true, form: .path)
  /// A path from the root.
  public static let absolutePath = TextRule(length: 1...4095, inBytes: true, form: .absolutePath)
  /// How an attempt ended.
  public static let exitStatus = TextRule(length: 1...ExitStatus.maxLength)

  /// What would be right, in words.
  public var remedy: String {
    let what = "\(length.lowerBound) to \(length.upperBound) \(inBytes ? "bytes" : "characters")"
    return switch form {
    case .any, .path: "give a string of \(what)"
    case .notIdentifier: "give a string of \(what) that is not 24 hex digits"
    case .absolutePath: "give an absolute path (it begins with /) of \(what)"
    }
  }

  /// What is wrong with a text; nil: nothing.
  public func trouble(in text: String) -> String? {
    // A string has at least as many bytes as characters, and at most four times as many.
    let count =
      inBytes || text.utf8.count <= length.upperBound && length.lowerBound <= 1
      ? text.utf8.count : text.unicodeScalars.count
    if count < length.lowerBound { return count == 0 ? "empty" : "too short" }
    if count > length.upperBound { return "\(count) \(inBytes ? "bytes" : "characters") long" }
    switch form {
    case .any, .path: break
    case .notIdentifier where Identifier.looksLikeOne(text): return "24 hex digits, which is how an identifier looks"
    case .absolutePath where text.utf8.first != UInt8(ascii: "/"): return "a relative path"
    default: break
    }
    return text.hasNUL ? "it has a NUL in it" : nil
  }
}

extension String {
  /// Looked for in the bytes as they lie: a command may be long.
  package var hasNUL: Bool { utf8.withContiguousStorageIfAvailable { $0.contains(0) } ?? utf8.contains(0) }
}
