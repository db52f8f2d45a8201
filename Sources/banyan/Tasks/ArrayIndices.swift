import BanyanCore

/// The indices of an array of tasks, as in `1-100`, `0-30:10`, `1,3,7-9`. They stay ranges: a million of them are one text.
struct ArrayIndices: Hashable {
  /// As it was typed.
  let text: String
  let spans: [IndexSpan]

  /// How many there are.
  var count: Int { spans.reduce(0) { $0 + $1.count } }

  /// All of them, as texts.
  var values: [String] {
    spans.flatMap { span in
      stride(from: span.first, through: span.last, by: Int64.Stride(span.step)).map { "\($0)" }
    }
  }

  /// - Parameter place: what stands before a mistake: a flag, or a key with its colon.
  static func parse(_ text: String, at place: String = "--array") throws -> ArrayIndices {
    var spans: [IndexSpan] = []
    var count = 0
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let span = try span(part, of: text, place)
      // Of one span alone there may be more than any number of tasks.
      guard span.count > 0, span.count <= FamilyParameters.maxTasks, count + span.count <= FamilyParameters.maxTasks
      else {
        throw UsageError(
          "\(place) \(text): more than \(FamilyParameters.maxTasks) tasks, which is the most that one job has")
      }
      count += span.count
      spans.append(span)
    }
    if let index = repeated(in: spans) {
      throw UsageError("\(place) \(text): the index \(index) stands in it twice")
    }
    return ArrayIndices(text: text, spans: spans)
  }

  /// Whether a text could be meant as a range: it has digits on both sides of a minus.
  static func looksLikeRange(_ text: String) -> Bool {
    text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { part in
      let halves = part.split(separator: ":", omittingEmptySubsequences: false)
      let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
      return halves.count <= 2 && ends.count <= 2 && (ends + halves.dropFirst()).allSatisfy { number($0) != nil }
    } && text.contains("-")
  }

  /// An index that several spans have.
  private static func repeated(in spans: [IndexSpan]) -> Int64? {
    let sorted = spans.sorted { $0.first < $1.first }
    // Mostly each ends before the next begins, and then nothing has to be counted.
    guard zip(sorted, sorted.dropFirst()).contains(where: { $0.last >= $1.first }) else { return nil }
    var seen: Set<Int64> = []
    for span in spans {
      for index in stride(from: span.first, through: span.last, by: Int64.Stride(span.step))
      where !seen.insert(index).inserted { return index }
    }
    return nil
  }

  private static func span(_ part: Substring, of text: String, _ place: String) throws -> IndexSpan {
    let wrong = UsageError(
      "\(place) \(text): '\(part)' is no index and no range; give some like 1-100, 0-30:10 or 1,3,7")
    let halves = part.split(separator: ":", omittingEmptySubsequences: false)
    let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count <= 2, ends.count <= 2, let first = number(ends[0]), let last = number(ends[ends.count - 1])
    else { throw wrong }
    guard halves.count == 1 || ends.count == 2 else { throw wrong }
    guard let step = halves.count == 2 ? number(halves[1]) : 1, step >= 1 else { throw wrong }
    guard let span = IndexSpan(first: first, last: last, step: step) else {
      throw UsageError("\(place) \(text): '\(part)' ends before it begins")
    }
    return span
  }

  private static func number(_ text: Substring) -> Int64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text),
      number <= 1 << 53
    else { return nil }
    return number
  }
}
