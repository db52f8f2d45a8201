import BanyanCore
import BanyanJSON

/// Reads values out of a document and gathers everything that is wrong with them. Paths are made only for troubles.
struct FieldReader {
  /// Reading stops here: nobody reads more troubles, an answer should not outgrow its request, and to look for the
  /// word that was meant costs time.
  static let maxIssues = 1000

  /// Limits are taken to be kept, and members that nobody knows are passed over: what it reads was judged by a server.
  let trustsLimits: Bool

  private(set) var issues: [Rejection.Issue] = []

  init(trustsLimits: Bool = false) { self.trustsLimits = trustsLimits }

  /// So many troubles that reading on is of no use.
  var isFull: Bool { issues.count >= Self.maxIssues }

  /// The refusal, if anything was wrong.
  func check(_ what: String) throws(Rejection) {
    guard let first = issues.first else { return }
    let others = isFull ? " (and many more)" : issues.count == 1 ? "" : " (and \(issues.count - 1) more)"
    throw Rejection(.unprocessable, "\(what): \(first.field): \(first.trouble)\(others)", issues: issues)
  }

  mutating func fail(_ path: String, _ trouble: String) {
    guard !isFull else { return }
    // The whole body is called so; what lies in it goes by its own path.
    let field = path.hasPrefix("body.") ? String(path.dropFirst(5)) : path
    issues.append(Rejection.Issue(field: field, trouble: trouble))
  }

  /// Takes what another reader found in the part of the document at `path`.
  mutating func merge(_ other: FieldReader, in path: @autoclosure () -> String) {
    guard !other.issues.isEmpty else { return }
    let path = path()
    for issue in other.issues { fail(Self.join(path, issue.field), issue.trouble) }
  }

  /// Takes out what was found since: it is told by itself.
  mutating func removeIssues(from start: Int) -> [Rejection.Issue] {
    guard start < issues.count else { return [] }
    let taken = Array(issues[start...])
    issues.removeSubrange(start...)
    return taken
  }

  /// The troubles from `start` on lie in the part of the document at `path`.
  mutating func nest(from start: Int, in path: @autoclosure () -> String) {
    guard start < issues.count else { return }
    let path = path()
    for place in start..<issues.count { issues[place].field = Self.join(path, issues[place].field) }
  }

  static func join(_ outer: String, _ inner: String) -> String {
    outer.isEmpty ? inner : inner.isEmpty ? outer : "\(outer).\(inner)"
  }

  // MARK: Values

  /// A value of the wrong kind.
  mutating func fail(_ path: String, _ node: JSONNode, _ remedy: String) {
    fail(path, node.isNull ? "null is no value; leave the field out, or \(remedy)" : "\(node.kindName); \(remedy)")
  }

  mutating func text(_ node: JSONNode, _ rule: TextRule, _ path: @autoclosure () -> String) -> String? {
    guard let text = node.string else {
      fail(path(), node, rule.remedy)
      return nil
    }
    if !trustsLimits, let trouble = rule.trouble(in: text) {
      fail(path(), "\(trouble); \(rule.remedy)")
      return nil
    }
    return text
  }

  mutating func integer(
    _ node: JSONNode, _ range: ClosedRange<Int64>, _ path: @autoclosure () -> String
  ) -> Int64? {
    if let number = node.wholeNumber, trustsLimits || range.contains(number) { return number }
    let remedy = "give an integer from \(range.lowerBound) to \(range.upperBound)"
    if let number = node.wholeNumber { fail(path(), "\(number); \(remedy)") } else { fail(path(), node, remedy) }
    return nil
  }

  mutating func number(_ node: JSONNode, _ path: @autoclosure () -> String) -> Double? {
    if let number = node.double, number >= 0, number.isFinite { return number }
    if node.double != nil {
      fail(path(), "negative; give a number of at least 0")
    } else {
      fail(path(), node, "give a number of at least 0")
    }
    return nil
  }

  /// A part of a hundred.
  mutating func percent(_ node: JSONNode, _ path: @autoclosure () -> String) -> Double? {
    if let number = node.double, (0...100).contains(number) { return number == 0 ? 0 : number }
    let remedy = "give a number from 0 to 100"
    if let number = node.double { fail(path(), "\(number); \(remedy)") } else { fail(path(), node, remedy) }
    return nil
  }

  mutating func flag(_ node: JSONNode, _ path: @autoclosure () -> String) -> Bool? {
    if let flag = node.bool { return flag }
    fail(path(), node, "give true or false")
    return nil
  }

  mutating func date(_ node: JSONNode, _ path: @autoclosure () -> String) -> Int64? {
    guard let text = node.string else {
      fail(path(), node, DateForm.remedy)
      return nil
    }
    if let date = DateForm.milliseconds(text) { return date }
    fail(path(), DateForm.trouble(in: text))
    return nil
  }

  mutating func identifier(
    _ node: JSONNode, of what: String, _ path: @autoclosure () -> String
  ) -> Identifier? {
    let remedy = "give the identifier of \(what), 24 hex digits"
    guard let text = node.string else {
      fail(path(), node, remedy)
      return nil
    }
    if let identifier = Identifier(text) { return identifier }
    fail(path(), "not an identifier; \(remedy)")
    return nil
  }

  mutating func word(_ node: JSONNode, _ words: [String], _ path: @autoclosure () -> String) -> String? {
    let text = node.string
    if let text, words.contains(text) { return text }
    let remedy = "give \(words.dropLast().joined(separator: ", "))\(words.count > 1 ? " or " : "")\(words.last ?? "")"
    if text == nil { fail(path(), node, remedy) } else { fail(path(), "an unknown word; \(remedy)") }
    return nil
  }

  mutating func texts(_ node: JSONNode, _ rule: TextListRule, _ path: @autoclosure () -> String) -> [String]? {
    let remedy = "give a list of \(rule.count.lowerBound) to \(rule.count.upperBound) strings"
    guard node.isArray else {
      fail(path(), node, remedy)
      return nil
    }
    guard trustsLimits || rule.count.contains(node.count) else {
      fail(path(), "\(node.count) elements; \(remedy)")
      return nil
    }
    var texts: [String] = []
    texts.reserveCapacity(node.count)
    var total = 0
    for (index, element) in node.elements.enumerated() {
      guard let text = element.string else {
        fail("\(path()).\(index)", element, "give a string")
        continue
      }
      texts.append(text)
      if trustsLimits { continue }
      if text.utf8.count > rule.maxElementLength {
        fail("\(path()).\(index)", "\(text.utf8.count) bytes long; give at most \(rule.maxElementLength)")
      }
      if text.hasNUL { fail("\(path()).\(index)", "it has a NUL in it; leave it out") }
      total += text.utf8.count
    }
    if total > rule.total { fail(path(), "\(total) bytes in all; give at most \(rule.total)") }
    return texts
  }

  /// The values may be secrets: what is said of them names the key alone.
  mutating func map(
    _ node: JSONNode, _ rule: TextMapRule, _ path: @autoclosure () -> String
  ) -> TextMap? {
    guard node.isObject else {
      fail(path(), node, "give an object of strings")
      return nil
    }
    if !trustsLimits, node.count > rule.count { fail(path(), "\(node.count) members; give at most \(rule.count)") }
    var texts: [(String, String)] = []
    texts.reserveCapacity(node.count)
    var total = 0
    for (key, value) in node.members {
      if !trustsLimits, rule.namesVariables, !rule.isVariable(key) {
        fail("\(path()).\(key)", "no name of a variable; use letters, digits and _, not a digit first")
      }
      guard let text = value.string else {
        fail("\(path()).\(key)", value, "give a string")
        continue
      }
      texts.append((key, text))
      if trustsLimits { continue }
      if text.hasNUL { fail("\(path()).\(key)", "the value has a NUL in it; leave it out") }
      total += key.utf8.count + text.utf8.count
    }
    if total > rule.total { fail(path(), "\(total) bytes in all; give at most \(rule.total)") }
    return TextMap(texts)
  }

  mutating func references(_ node: JSONNode, atMost most: Int, _ path: @autoclosure () -> String) -> [TaskReference] {
    guard node.isArray else {
      fail(path(), node, "give a list of tasks' identifiers or names")
      return []
    }
    guard node.count <= most else {
      fail(path(), "\(node.count) elements; give at most \(most)")
      return []
    }
    var references: [TaskReference] = []
    references.reserveCapacity(node.count)
    var seen = Set<TaskReference>(minimumCapacity: node.count)
    for (index, element) in node.elements.enumerated() {
      guard let reference = reference(element, "\(path()).\(index)") else { continue }
      if seen.insert(reference).inserted {
        references.append(reference)
      } else {
        fail("\(path()).\(index)", "named twice; name each task once")
      }
    }
    return references
  }

  private mutating func reference(_ node: JSONNode, _ path: @autoclosure () -> String) -> TaskReference? {
    guard let text = node.string else {
      fail(path(), node, "give a task's identifier or name")
      return nil
    }
    if let identifier = Identifier(text) { return .id(identifier) }
    if let trouble = TextRule.name.trouble(in: text) {
      fail(path(), "\(trouble); give a task's identifier (24 hex digits) or name")
      return nil
    }
    return .name(text)
  }

  /// Goes through the members of an object; `read` answers false for one that it doesn't know.
  mutating func members(
    of node: JSONNode, known: @autoclosure () -> [String], _ path: @autoclosure () -> String,
    _ read: (inout FieldReader, String, JSONNode) -> Bool
  ) {
    guard node.isObject else {
      fail(path(), node, "give an object")
      return
    }
    for (key, value) in node.members where !isFull && !read(&self, key, value) && !trustsLimits {
      unknown(key, among: known(), in: path())
    }
  }

  mutating func unknown(_ key: String, among known: [String], in path: String) {
    let suggestion = Spelling.suggestion(for: key, among: known)
    fail(Self.join(path, key), "an unknown field\(suggestion.isEmpty ? "; leave it out" : suggestion)")
  }
}
