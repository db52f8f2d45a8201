import BanyanCore
import BanyanJSON

/// What a family waits for, as documents have it: a string or a list of them.
enum JobReferences {
  /// The longest name of a family with values in brackets behind it, in characters.
  private static let rule = TextRule(length: 1...4096)
  private static let remedy =
    "give a string or a list of them: a task of this job (fit, or fit[{step}]), a task's identifier (24 hex digits), a job's number (12) or a member of it (12.7)"

  static func read(_ node: JSONNode, _ reader: inout FieldReader, _ path: String) -> [JobReference] {
    if node.isString { return reference(node, &reader, path).map { [$0] } ?? [] }
    guard node.isArray else {
      reader.fail(path, node, remedy)
      return []
    }
    guard node.count <= TaskFields.maxContinuations else {
      reader.fail(path, "\(node.count) elements; give at most \(TaskFields.maxContinuations)")
      return []
    }
    var references: [JobReference] = []
    references.reserveCapacity(node.count)
    var seen: Set<CodePoints> = []
    for (index, element) in node.elements.enumerated() where !reader.isFull {
      guard let reference = reference(element, &reader, "\(path).\(index)") else { continue }
      // By code points, as names are told apart.
      if seen.insert(CodePoints(element.string ?? "")).inserted {
        references.append(reference)
      } else {
        reader.fail("\(path).\(index)", "named twice; name each once")
      }
    }
    return references
  }

  private static func reference(_ node: JSONNode, _ reader: inout FieldReader, _ path: String) -> JobReference? {
    guard let text = node.string else {
      reader.fail(path, node, remedy)
      return nil
    }
    if let trouble = rule.trouble(in: text) {
      reader.fail(path, "\(trouble); \(remedy)")
      return nil
    }
    if let id = Identifier(text) { return .id(id) }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isDigit) }) else {
      return .name(text)
    }
    guard let job = number(parts[0]) else {
      reader.fail(path, "no number of a job; those count from 1, and have no 0 in front")
      return nil
    }
    guard parts.count == 2 else { return .job(JobNumber(job)) }
    guard let member = number(parts[1]), member <= JobPlace.maxMembers else {
      reader.fail(path, "no member of a job; those count from 1 to \(JobPlace.maxMembers), and have no 0 in front")
      return nil
    }
    return .member(JobPlace(job: JobNumber(job), member: UInt32(member)))
  }

  /// As it is written: no zero in front.
  private static func number(_ text: Substring) -> UInt64? {
    guard text.utf8.first != UInt8(ascii: "0") else { return nil }
    return UInt64(text)
  }

  static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
