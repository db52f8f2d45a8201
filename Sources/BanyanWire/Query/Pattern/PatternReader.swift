/// What a pattern says, as a tree.
indirect enum PatternTree {
  case empty
  case step(Pattern.Step)
  case sequence([PatternTree])
  case either([PatternTree])
  case repeated(PatternTree, atLeast: Int, atMost: Int?)
}

/// Reads the text of a pattern.
struct PatternReader {
  private static let maxDepth = 50
  /// The largest count in `{m,n}`.
  private static let maxRepeats = 1000

  private let letters: [Unicode.Scalar]
  private var place = 0
  private var depth = 0
  private var ignoresCase: Bool

  init(_ text: String, ignoresCase: Bool) {
    letters = Array(text.unicodeScalars)
    self.ignoresCase = ignoresCase
  }

  mutating func read() throws(Pattern.Failure) -> PatternTree {
    if letters.starts(with: "(?i)".unicodeScalars) {
      ignoresCase = true
      place = 4
    }
    let tree = try alternatives()
    if place < letters.count { throw Pattern.Failure("a ) that nothing opened", at: place) }
    return tree
  }

  private var next: Unicode.Scalar? { place < letters.count ? letters[place] : nil }

  private mutating func take(_ letter: Unicode.Scalar) -> Bool {
    guard next == letter else { return false }
    place += 1
    return true
  }

  private mutating func alternatives() throws(Pattern.Failure) -> PatternTree {
    var ways = [try sequence()]
    while take("|") { ways.append(try sequence()) }
    if ways.count == 1, let only = ways.first { return only }
    return .either(ways)
  }

  private mutating func sequence() throws(Pattern.Failure) -> PatternTree {
    var parts: [PatternTree] = []
    while let letter = next, letter != "|", letter != ")" {
      parts.append(try repeats(of: try atom()))
    }
    return .sequence(parts)
  }

  private mutating func atom() throws(Pattern.Failure) -> PatternTree {
    let start = place
    guard let letter = next else { return .empty }
    place += 1
    switch letter {
    case "(": return try group(from: start)
    case "[": return .step(.oneOf(try set(from: start)))
    case ".": return .step(.anyButNewline)
    case "^": return .step(.atStart)
    case "$": return .step(.atEnd)
    case "\\": return .step(try escape(from: start))
    case "*", "+", "?": throw Pattern.Failure("\(letter) repeats nothing", at: start)
    case "{" where isCount(at: start): throw Pattern.Failure("{ repeats nothing", at: start)
    default: return .step(single(letter.value))
    }
  }

  private func single(_ scalar: UInt32) -> Pattern.Step {
    guard ignoresCase, ScalarSet.otherCase(scalar) != nil else { return .scalar(scalar) }
    return .oneOf(ScalarSet(ranges: [scalar...scalar], ignoresCase: true))
  }

  private mutating func group(from start: Int) throws(Pattern.Failure) -> PatternTree {
    if take("?"), !take(":") {
      throw Pattern.Failure("of groups that begin with (? there is only (?:...), and (?i) at the start", at: start)
    }
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maxDepth else { throw Pattern.Failure("groups more than \(Self.maxDepth) deep", at: start) }
    let inner = try alternatives()
    guard take(")") else { throw Pattern.Failure("a ( that nothing closes", at: start) }
    return inner
  }

  // MARK: Repetition

  private mutating func repeats(of atom: PatternTree) throws(Pattern.Failure) -> PatternTree {
    var tree = atom
    var isRepeated = false
    while let letter = next {
      let start = place
      let bounds: (least: Int, most: Int?)
      switch letter {
      case "*": bounds = (0, nil)
      case "+": bounds = (1, nil)
      case "?": bounds = (0, 1)
      case "{" where isCount(at: place):
        bounds = try count()
        place -= 1
      default: return tree
      }
      place += 1
      guard !isRepeated else { throw Pattern.Failure("a repetition of a repetition; put it in a group", at: start) }
      isRepeated = true
      // Lazy: finds the same texts. Possessive ones would not.
      if take("?") {} else if next == "+" { throw Pattern.Failure("possessive repetition is not read", at: place) }
      tree = .repeated(tree, atLeast: bounds.least, atMost: bounds.most)
    }
    return tree
  }

  /// A brace that begins no count is a brace.
  private func isCount(at start: Int) -> Bool {
    var index = start + 1
    var hasDigits = false
    while index < letters.count, ("0"..."9").contains(letters[index]) || (letters[index] == "," && hasDigits) {
      hasDigits = true
      index += 1
    }
    return hasDigits && index < letters.count && letters[index] == "}"
  }

  /// Reads `{m}`, `{m,}` or `{m,n}`, which ``isCount(at:)`` has seen.
  private mutating func count() throws(Pattern.Failure) -> (least: Int, most: Int?) {
    let start = place
    place += 1
    let least = number()
    var most: Int? = least
    if take(",") { most = next == "}" ? nil : number() }
    guard take("}") else { throw Pattern.Failure("not a count like {2,5}", at: start) }
    guard max(least, most ?? 0) <= Self.maxRepeats, most.map({ $0 >= least }) ?? true else {
      throw Pattern.Failure("counts go from the smaller to the larger, up to \(Self.maxRepeats)", at: start)
    }
    return (least, most)
  }

  private mutating func number() -> Int {
    var number = 0
    while let letter = next, ("0"..."9").contains(letter) {
      number = min(number * 10 + Int(letter.value - 0x30), 1_000_000)
      place += 1
    }
    return number
  }

  // MARK: Escapes and sets

  private mutating func escape(from start: Int) throws(Pattern.Failure) -> Pattern.Step {
    guard let letter = next else { throw Pattern.Failure("a \\ with nothing behind it", at: start) }
    switch letter {
    case "b", "B":
      place += 1
      return .atBoundary(letter == "b")
    case "A":
      place += 1
      return .atStart
    case "z", "Z":
      place += 1
      return .atEnd
    default:
      if let set = try classEscape() { return .oneOf(set) }
      return single(try scalarEscape(from: start))
    }
  }

  /// `\d` and its like, behind the backslash.
  private mutating func classEscape() throws(Pattern.Failure) -> ScalarSet? {
    guard let letter = next else { return nil }
    var set: ScalarSet
    switch letter {
    case "d", "D": set = .digits
    case "w", "W": set = .word
    case "s", "S": set = .space
    default: return nil
    }
    set.isNegated = letter.value < 0x60
    place += 1
    return set
  }

  /// One scalar, behind the backslash.
  private mutating func scalarEscape(from start: Int) throws(Pattern.Failure) -> UInt32 {
    guard let letter = next else { throw Pattern.Failure("a \\ with nothing behind it", at: start) }
    place += 1
    switch letter {
    case "n": return 0x0A
    case "t": return 0x09
    case "r": return 0x0D
    case "f": return 0x0C
    case "v": return 0x0B
    case "x": return try hex(digits: 2, from: start)
    case "u": return try hex(digits: 4, from: start)
    case "a"..."z", "A"..."Z", "0"..."9":
      throw Pattern.Failure("\\\(letter) is not read here", at: start)
    default: return letter.value
    }
  }

  private mutating func hex(digits: Int, from start: Int) throws(Pattern.Failure) -> UInt32 {
    guard place + digits <= letters.count else { throw Pattern.Failure("too few hex digits", at: start) }
    var text = ""
    text.unicodeScalars.append(contentsOf: letters[place..<(place + digits)])
    let isSigned = text.utf8.contains { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
    guard !isSigned, let value = UInt32(text, radix: 16) else { throw Pattern.Failure("not hex digits", at: start) }
    place += digits
    return value
  }

  /// Behind the opening bracket.
  private mutating func set(from start: Int) throws(Pattern.Failure) -> ScalarSet {
    var set = ScalarSet(ignoresCase: ignoresCase)
    set.isNegated = take("^")
    var isFirst = true
    while true {
      guard let letter = next else { throw Pattern.Failure("a [ that nothing closes", at: start) }
      if letter == "]", !isFirst { break }
      isFirst = false
      let from = place
      place += 1
      if letter == "[", next == ":" {
        throw Pattern.Failure("named classes are not read; write \\d, \\w, \\s", at: from)
      }
      if letter == "\\", let inner = try classEscape() {
        guard !inner.isNegated else { throw Pattern.Failure("\\D, \\W and \\S do not go into a set", at: from) }
        set.ranges += inner.ranges
        continue
      }
      let low = letter == "\\" ? try setEscape(from: from) : letter.value
      guard next == "-", place + 1 < letters.count, letters[place + 1] != "]" else {
        set.ranges.append(low...low)
        continue
      }
      place += 1
      let upper = letters[place]
      place += 1
      let high = upper == "\\" ? try setEscape(from: place - 1) : upper.value
      guard low <= high else { throw Pattern.Failure("a range that goes backwards", at: from) }
      set.ranges.append(low...high)
    }
    place += 1
    return set
  }

  /// Inside a set `\b` is the backspace.
  private mutating func setEscape(from start: Int) throws(Pattern.Failure) -> UInt32 {
    if take("b") { return 0x08 }
    return try scalarEscape(from: start)
  }
}
