import BanyanCore

/// The numbers of a range as they are written: `1-100000`, `0-9,20-30:2`, `7`.
enum IndexRange {
  /// What is wrong with one, and what would be right.
  struct Trouble: Error {
    let words: String
    init(_ words: String) { self.words = words }
  }

  /// The most parts of a range, after those that follow upon each other were put together: each member is looked for among
  /// them.
  static let maxParts = 10_000
  private static let remedy = "give some like 1-100, 0-9,20-30:2 or 7"

  static func spans(of text: String) -> Result<[IndexSpan], Trouble> {
    do throws(Trouble) {
      var spans: [IndexSpan] = []
      var count = 0
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        let span = try span(of: part)
        let (sum, overflow) = count.addingReportingOverflow(span.count)
        if let trouble = ParametersReading.trouble(withCount: overflow ? nil : sum, "numbers") {
          throw Trouble(trouble)
        }
        count = sum
        append(span, to: &spans)
        if spans.count > maxParts { throw Trouble("more than \(maxParts) parts; give rows instead") }
      }
      if let number = doubled(in: spans) { throw Trouble("\(number) stands in it twice; give each number once") }
      return .success(spans)
    } catch {
      return .failure(error)
    }
  }

  private static func span(of part: Substring) throws(Trouble) -> IndexSpan {
    let part = part.drop { $0 == " " }
    let trimmed = part.lastIndex { $0 != " " }.map { part[...$0] } ?? ""
    let halves = trimmed.split(separator: ":", omittingEmptySubsequences: false)
    guard let head = halves.first else { throw Trouble("empty; \(remedy)") }
    let ends = head.split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count <= 2, ends.count <= 2, halves.count == 1 || ends.count == 2, let first = number(ends.first),
      let last = number(ends.last), let step = halves.count == 2 ? number(halves.last) : 1
    else { throw Trouble("'\(trimmed.prefix(64))' is no number and no range; \(remedy)") }
    guard first <= last else { throw Trouble("'\(trimmed.prefix(64))' ends before it begins; \(remedy)") }
    guard let span = IndexSpan(first: first, last: last, step: step) else {
      throw Trouble("'\(trimmed.prefix(64))' has a step of 0; give one from 1")
    }
    return span
  }

  private static func number(_ text: Substring?) -> Int64? {
    guard let text, !text.isEmpty, text.utf8.allSatisfy(JobReferences.isDigit), let number = Int64(text),
      number <= ProvidedField.maxInteger
    else { return nil }
    return number
  }

  /// What follows upon the one before goes together with it.
  private static func append(_ span: IndexSpan, to spans: inout [IndexSpan]) {
    guard let before = spans.last, before.step == 1 || before.count == 1, span.step == 1 || span.count == 1,
      before.last + 1 == span.first, let both = IndexSpan(first: before.first, last: span.last)
    else { return spans.append(span) }
    spans[spans.count - 1] = both
  }

  /// A number that stands in it twice; nil: each stands there once.
  private static func doubled(in spans: [IndexSpan]) -> Int64? {
    let sorted = spans.sorted { $0.first < $1.first }
    guard zip(sorted, sorted.dropFirst()).contains(where: { $0.last >= $1.first }) else { return nil }
    // They lie across each other and may still have no number in common, as 0-10:2 and 1-11:2. There are at most a million.
    var numbers: [Int64] = []
    for span in sorted { for place in 0..<Int64(span.count) { numbers.append(span.first + place * span.step) } }
    numbers.sort()
    return zip(numbers, numbers.dropFirst()).first { $0 == $1 }?.0
  }
}
