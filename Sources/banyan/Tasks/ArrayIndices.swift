/// The indices of an array of tasks, as in `1-100`, `0-30:10`, `1,3,7-9`.
enum ArrayIndices {
  /// The most tasks of one array: what one request may make.
  static let maxCount = 100_000

  static func parse(_ text: String) throws -> [Int64] {
    var indices: [Int64] = []
    var seen: Set<Int64> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let (first, last, step) = try range(part, of: text)
      var index = first
      while index <= last {
        guard indices.count < maxCount else {
          throw UsageError("--array \(text): more than \(maxCount) tasks, which is the most that one request makes")
        }
        guard seen.insert(index).inserted else {
          throw UsageError("--array \(text): the index \(index) stands in it twice")
        }
        indices.append(index)
        index += step
      }
    }
    return indices
  }

  private static func range(_ part: Substring, of text: String) throws -> (Int64, Int64, Int64) {
    let wrong = UsageError(
      "--array \(text): '\(part)' is no index and no range; give some like 1-100, 0-30:10 or 1,3,7")
    let halves = part.split(separator: ":", omittingEmptySubsequences: false)
    let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count <= 2, ends.count <= 2, let first = number(ends[0]), let last = number(ends[ends.count - 1])
    else { throw wrong }
    guard halves.count == 1 || ends.count == 2 else { throw wrong }
    guard let step = halves.count == 2 ? number(halves[1]) : 1, step >= 1 else { throw wrong }
    guard first <= last else { throw UsageError("--array \(text): '\(part)' ends before it begins") }
    return (first, last, step)
  }

  private static func number(_ text: Substring) -> Int64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text),
      number <= 1 << 53
    else { return nil }
    return number
  }
}
