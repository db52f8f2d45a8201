import BanyanCore
import BanyanJSON

/// Members of a job as people write them: `3-9,12`.
public enum MemberRanges {
  /// The most parts.
  private static let maxParts = 10_000
  private static let remedy = "give members' numbers, from 1, as in 3-9,12"

  static func read(_ node: JSONNode, _ reader: inout FieldReader, _ path: String) -> [ClosedRange<UInt32>]? {
    guard let text = node.string else {
      reader.fail(path, node, remedy)
      return nil
    }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= maxParts else {
      reader.fail(path, "\(parts.count) parts; give at most \(maxParts)")
      return nil
    }
    var ranges: [ClosedRange<UInt32>] = []
    for part in parts {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count <= 2, let first = ends.first.flatMap(number), let last = ends.last.flatMap(number),
        first <= last
      else {
        reader.fail(path, "'\(part.prefix(64))' names no members; \(remedy)")
        return nil
      }
      ranges.append(first...last)
    }
    return merged(ranges)
  }

  /// As it is read.
  public static func text(_ ranges: [ClosedRange<UInt32>]) -> String {
    ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
  }

  private static func number(_ text: Substring) -> UInt32? {
    let text = text.drop { $0 == " " }
    guard !text.isEmpty, text.utf8.allSatisfy(JobReferences.isDigit), let number = UInt32(text),
      (1...JobPlace.maxMembers).contains(number)
    else { return nil }
    return number
  }

  /// Sorted, and each member once.
  private static func merged(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var merged: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }
}
