import BanyanCore

/// What somebody types for a job, for some of its tasks, or for one task.
///
/// | typed | means |
/// | --- | --- |
/// | `12` | job 12, all its members |
/// | `12.7`, `12.3-9,12` | members by their numbers |
/// | `12/fit`, `12/fit[0.1,50]` | a family; one of its tasks |
/// | `sweep`, `sweep/fit` | the asker's own job of that name |
/// | `@last`, `@last~1` | what was submitted last, and before |
/// | 24 hex digits, or 6 and more of them | a task by its identifier |
enum Selector: Hashable {
  case job(Job, Part = .all)
  /// A task by the whole of its identifier.
  case task(String)

  /// Which job.
  enum Job: Hashable {
    case number(Int64)
    /// Of the asker's own; or some digits of a task's identifier, which may look the same.
    case name(String)
    /// What was submitted last, or so many times before.
    case last(back: Int)
  }

  /// Which of its members.
  enum Part: Hashable {
    case all
    /// By their numbers.
    case members([ClosedRange<Int64>])
    /// A family by its name, or one task by its own.
    case named(String)
  }

  /// How far back `@last~N` reaches.
  static let maxBack = 31
  /// The most members of a job.
  private static let maxMembers = Int64(JobPlace.maxMembers)

  /// Reads what was typed; whether there is such a thing is another question.
  static func parse(_ word: String) throws -> Selector {
    guard !word.isEmpty else { throw UsageError("'' names no job and no task; give a number, a name, or @last") }
    if Identifier.looksLikeOne(word) { return .task(word.lowercased()) }
    // By scalars: a slash stays one whatever combines with it.
    let scalars = word.unicodeScalars
    if let slash = scalars.firstIndex(of: "/") {
      let name = String(scalars[scalars.index(after: slash)...])
      guard !name.isEmpty else {
        throw UsageError("'\(word)': which of its tasks? Give a name behind the slash, as in 12/fit or 12/fit[7]")
      }
      return .job(try job(String(scalars[..<slash]), of: word), .named(name))
    }
    let isNumbered = word.utf8.first.map { isDigit($0) || $0 == UInt8(ascii: "@") } ?? false
    if isNumbered, let dot = scalars.firstIndex(of: ".") {
      let head = String(scalars[..<dot])
      if isJob(head) { return .job(try job(head, of: word), try members(scalars[scalars.index(after: dot)...], word)) }
    }
    return .job(try job(word, of: word))
  }

  /// Words of a list with commas between them. A comma in brackets belongs to a task's name, one behind members by number
  /// to those: `12.3-9,12` is one selector.
  static func words(of list: String) -> [String] {
    var words: [String] = []
    var depth = 0
    var word = ""
    for scalar in list.unicodeScalars {
      if scalar == "[" { depth += 1 }
      if scalar == "]" { depth = max(0, depth - 1) }
      if scalar == ",", depth == 0 {
        words.append(word)
        word = ""
      } else {
        word.unicodeScalars.append(scalar)
      }
    }
    words.append(word)
    return words.reduce(into: []) { merged, word in
      if let before = merged.last, isRange(Substring(word)), case .job(_, .members)? = try? parse(before) {
        merged[merged.count - 1] = "\(before),\(word)"
      } else {
        merged.append(word)
      }
    }
  }

  // MARK: Parts

  private static func isJob(_ text: String) -> Bool {
    text.hasPrefix("@") || (!text.isEmpty && text.utf8.allSatisfy(isDigit))
  }

  private static func job(_ text: String, of word: String) throws -> Job {
    guard !text.isEmpty else { throw UsageError("'\(word)': give a job's number or name in front of the slash") }
    if text.hasPrefix("@") {
      if text == "@last" { return .last(back: 0) }
      let back = text.hasPrefix("@last~") ? number(text.dropFirst(6)) : nil
      guard let back, back <= Selector.maxBack else {
        throw UsageError(
          "'\(text)': the only words with an @ are @last, and @last~1 to @last~\(Selector.maxBack)")
      }
      return .last(back: Int(back))
    }
    guard text.utf8.allSatisfy(isDigit) else { return .name(text) }
    // More digits than a number has may still be some of an identifier.
    guard let number = number(text[...]) else { return .name(text) }
    guard number > 0 else { throw UsageError("'\(word)': jobs count from 1") }
    return .number(number)
  }

  private static func members(_ text: Substring.UnicodeScalarView, _ word: String) throws -> Part {
    var ranges: [ClosedRange<Int64>] = []
    for part in Substring(text).split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count <= 2, let first = number(ends[0]), let last = number(ends[ends.count - 1]), first > 0 else {
        throw UsageError("'\(word)': members count from 1; give some as in 12.7 or 12.3-9,12")
      }
      guard first <= last else { throw UsageError("'\(word)': '\(part)' ends before it begins") }
      guard last <= maxMembers else { throw UsageError("'\(word)': a job has at most \(maxMembers) members") }
      ranges.append(first...last)
    }
    return .members(ranges)
  }

  private static func isRange(_ text: Substring) -> Bool {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    return ends.count <= 2 && ends.allSatisfy { number($0) != nil }
  }

  private static func number(_ text: some StringProtocol) -> Int64? {
    guard !text.isEmpty, text.utf8.count <= 18, text.utf8.allSatisfy(isDigit) else { return nil }
    return Int64(text)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
