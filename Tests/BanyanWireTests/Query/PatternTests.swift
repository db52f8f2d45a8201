import BanyanCore
import BanyanWire
import Testing

@Suite struct PatternTests {
  @Test(
    arguments: [
      ("abc", "xabcx", true), ("^abc$", "xabc", false), ("^abc$", "abc", true), ("a.c", "a\nc", false),
      ("a|b|c", "zzc", true), ("(ab)+", "ababx", true), ("^(ab)+$", "aba", false), ("a{2,3}$", "caaa", true),
      ("^a{2,3}$", "aaaa", false), ("^a{2}$", "aa", true), ("^a{2,}$", "aaaaa", true), ("^a{0}$", "", true),
      ("[a-c]x", "bx", true), ("[^a-c]x", "bx", false), ("[]x]", "]", true), ("[a\\-z]", "-", true),
      ("[a-]", "-", true),
      ("\\d+", "a1", true), ("\\D", "12", false), ("\\w\\s\\W", "a !", true), ("\\bfoo\\b", "a foo.", true),
      ("\\bfoo\\b", "afoo", false), ("foo\\B", "foox", true), ("", "", true), ("", "abc", true), ("^$", "a", false),
      ("(?i)HeLLo", "hello", true), ("(?i)straße", "STRAßE", true), ("(?i)[a-f]+$", "ABC", true),
      ("a*?b", "aab", true), ("(?:a|b)*c", "ababc", true), ("\\.", "a", false), ("\\x41", "A", true),
      ("\\u00e9", "é", true), ("é", "é", true), ("😀", "x😀", true), ("^.$", "😀", true), ("{", "{", true),
      ("a{x}", "a{x}", true), ("x{,3}", "x{,3}", true), ("(a*)*b", "aaab", true), ("(a|)*$", "b", true),
      ("\\t", "\t", true), ("^task-[0-9]{3}$", "task-042", true), ("()", "", true), ("a||b", "", true),
    ] as [(String, String, Bool)])
  func matches(_ pattern: String, _ text: String, _ expected: Bool) throws {
    #expect(try Pattern(pattern).matches(text) == expected)
  }

  @Test(arguments: [
    "(", ")", "[", "[a", "*", "+a", "?", "a**", "a{3,2}", "a{2000}", "\\", "\\q", "\\1", "(?=a)", "(?<n>a)", "(?i",
    "[z-a]", "[\\D]", "[[:alpha:]]", "\\x4", "\\xzz", "\\u12", "a++", "{2}", "(a{500}){500}", "((a{100}){100}){100}",
    "\\x+1", String(repeating: "(", count: 60) + String(repeating: ")", count: 60), String(repeating: "a", count: 1025),
  ])
  func refuses(_ pattern: String) {
    #expect(throws: Pattern.Failure.self) { try Pattern(pattern) }
  }

  /// Repetitions that come to no steps: written out, they would take for ever.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "((((){1000}){1000}){1000}){1000}", "(((|){1000}){1000}){1000}", "((){1000}|(){1000}){900}", "((){0}){1000}",
    ])
  func repetitionsOfNothingAreBounded(_ pattern: String) throws {
    guard let read = try? Pattern(pattern) else { return }
    #expect(try read.matches("x"))
  }

  /// All patterns of a request have one allowance.
  @Test(.timeLimit(.minutes(1))) func patternsOfARequestAreBoundedTogether() throws {
    let one = #"{"name": {"$regex": "(){900}a{900}"}}"#
    _ = try Filter(text: one, fields: .tasks())
    let many = "{\"$or\": [" + [String](repeating: one, count: 400).joined(separator: ",") + "]}"
    #expect(throws: Rejection.self) { try Filter(text: many, fields: .tasks()) }
  }

  /// What a pattern costs on a text is counted, and given up when it is too much.
  @Test func whatItCostsIsCounted() throws {
    let pattern = try Pattern("(a?){900}b")
    let text = String(repeating: "a", count: 4000)
    var pauses = 0
    let effort = Effort(maxSteps: 2_000_000, slice: 100_000) { pauses += 1 }
    let refusal = #expect(throws: Rejection.self) { try pattern.matches(text, effort) }
    #expect(refusal?.kind == .unprocessable)
    #expect(pauses == 19)
    #expect(throws: Rejection.self) { try effort.spend(1) }
    #expect(try !Pattern("b").matches(text, Effort(maxSteps: 30_000, slice: 1000)))
  }

  /// What makes a matcher that tries one way after the other take for ever.
  @Test(.timeLimit(.minutes(1))) func takesLinearTime() throws {
    let text = String(repeating: "a", count: 5000) + "!"
    for pattern in ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(a*)*b", "^(.*)*$b"] {
      #expect(try !Pattern(pattern).matches(text))
    }
  }

  /// Every short pattern of a small alphabet agrees with a matcher that simply tries everything.
  @Test func agreesWithASimpleMatcher() throws {
    var random = SplitMix(state: 11)
    let texts = ["", "a", "b", "ab", "ba", "aab", "abb", "bab", "aaaa", "abab"]
    for _ in 0..<1500 {
      let tree = Tree.random(depth: 3, using: &random)
      let pattern = try Pattern("^(?:\(tree.text))$")
      for text in texts {
        let expected = tree.ends(in: Array(text), from: 0).contains(text.count)
        #expect(try pattern.matches(text) == expected, "\(tree.text) on \(text)")
      }
    }
  }

  indirect enum Tree {
    case letter(Character), any, sequence(Tree, Tree), either(Tree, Tree), star(Tree), maybe(Tree), twice(Tree)

    static func random(depth: Int, using random: inout SplitMix) -> Tree {
      if depth == 0 { return Bool.random(using: &random) ? .letter("a") : .letter("b") }
      func inner() -> Tree { .random(depth: depth - 1, using: &random) }
      switch Int.random(in: 0..<7, using: &random) {
      case 0: return .any
      case 1: return .sequence(inner(), inner())
      case 2: return .either(inner(), inner())
      case 3: return .star(inner())
      case 4: return .maybe(inner())
      case 5: return .twice(inner())
      default: return .letter("a")
      }
    }

    var text: String {
      switch self {
      case .letter(let letter): String(letter)
      case .any: "."
      case .sequence(let one, let two): "(?:\(one.text))(?:\(two.text))"
      case .either(let one, let two): "(?:\(one.text)|\(two.text))"
      case .star(let inner): "(?:\(inner.text))*"
      case .maybe(let inner): "(?:\(inner.text))?"
      case .twice(let inner): "(?:\(inner.text)){2}"
      }
    }

    func ends(in text: [Character], from start: Int) -> Set<Int> {
      switch self {
      case .letter(let letter): return start < text.count && text[start] == letter ? [start + 1] : []
      case .any: return start < text.count ? [start + 1] : []
      case .sequence(let one, let two):
        return Set(one.ends(in: text, from: start).flatMap { two.ends(in: text, from: $0) })
      case .either(let one, let two): return one.ends(in: text, from: start).union(two.ends(in: text, from: start))
      case .maybe(let inner): return inner.ends(in: text, from: start).union([start])
      case .twice(let inner): return Tree.sequence(inner, inner).ends(in: text, from: start)
      case .star(let inner):
        var reached: Set<Int> = [start]
        var edge = reached
        while !edge.isEmpty {
          edge = Set(edge.flatMap { inner.ends(in: text, from: $0) }).subtracting(reached)
          reached.formUnion(edge)
        }
        return reached
      }
    }
  }
}
