/// A regular expression that is matched in linear time: all ways through it are followed at once, none is tried
/// again (Thompson, Regular Expression Search Algorithm, 1968; after Cox, Regular Expression Matching Can Be Simple
/// And Fast, 2007). So it has no back references and no looking around, and its size is bounded.
///
/// What it reads: letters, `.` (all but a line's end), `[a-z]` and `[^a-z]`, `\d \w \s \D \W \S`, `\b \B`, `\n \t \r
/// \f \v \xHH \uHHHH`, `\` before any sign, `^ $` (the ends of the whole text), `( )`, `(?: )`, `|`, `* + ? {m} {m,}
/// {m,n}` (also the lazy ones: whether there is a match doesn't depend on it), and `(?i)` at its start. It is found
/// anywhere in the text.
public struct Pattern: Sendable, Hashable {
  /// The longest pattern, in bytes.
  public static let maxBytes = 1024
  /// The most steps that a pattern may come to, repetitions written out.
  public static let maxSteps = 2000

  /// Parts that all patterns of one request may come to while their repetitions are written out.
  public static let maxParts = 100_000

  /// As it was given.
  public let text: String
  let steps: [Step]

  /// Why a text is no pattern.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// In words, with the place.
    public let description: String

    init(_ problem: String, at place: Int? = nil) {
      description = place.map { "\(problem) at character \($0 + 1) of the pattern" } ?? problem
    }
  }

  enum Step: Sendable, Hashable {
    case scalar(UInt32)
    case anyButNewline
    case oneOf(ScalarSet)
    case both(Int, Int)
    case jump(Int)
    case atStart
    case atEnd
    case atBoundary(Bool)
    case found
  }

  /// Reads a pattern.
  /// - Parameters:
  ///   - text: as it was written.
  ///   - ignoresCase: as `(?i)` at its start does.
  public init(_ text: String, ignoresCase: Bool = false) throws(Failure) {
    var allowance = Self.maxParts
    try self.init(text, ignoresCase: ignoresCase, allowance: &allowance)
  }

  /// Reads one of several patterns.
  /// - Parameter allowance: parts that may still be written out; what this one came to is taken off.
  init(_ text: String, ignoresCase: Bool, allowance: inout Int) throws(Failure) {
    guard text.utf8.count <= Self.maxBytes else {
      throw Failure("\(text.utf8.count) bytes long; a pattern has at most \(Self.maxBytes)")
    }
    var reader = PatternReader(text, ignoresCase: ignoresCase)
    let tree = try reader.read()
    var compiler = PatternCompiler(allowance: min(allowance, Self.maxParts / 5))
    let granted = compiler.allowance
    try compiler.add(tree)
    try compiler.add(.found)
    allowance -= granted - compiler.allowance
    self.text = text
    steps = compiler.steps
  }
}

/// A set of Unicode scalars, as ranges.
struct ScalarSet: Sendable, Hashable {
  var ranges: [ClosedRange<UInt32>] = []
  var isNegated = false
  var ignoresCase = false

  static let digits = ScalarSet(ranges: [0x30...0x39])
  static let word = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let space = ScalarSet(ranges: [0x09...0x0D, 0x20...0x20])

  func contains(_ scalar: UInt32) -> Bool {
    var isIn = ranges.contains { $0.contains(scalar) }
    if !isIn, ignoresCase, let other = Self.otherCase(scalar) { isIn = ranges.contains { $0.contains(other) } }
    return isIn != isNegated
  }

  /// The same letter in the other case, where it is one scalar.
  static func otherCase(_ scalar: UInt32) -> UInt32? {
    switch scalar {
    case 0x41...0x5A: return scalar + 32
    case 0x61...0x7A: return scalar - 32
    case 0..<0x80: return nil
    default:
      guard let properties = Unicode.Scalar(scalar)?.properties else { return nil }
      let lower = properties.lowercaseMapping.unicodeScalars
      let upper = properties.uppercaseMapping.unicodeScalars
      if lower.count == 1, let other = lower.first?.value, other != scalar { return other }
      if upper.count == 1, let other = upper.first?.value, other != scalar { return other }
      return nil
    }
  }
}
