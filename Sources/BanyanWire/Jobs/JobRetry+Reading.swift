import BanyanCore
import BanyanJSON

extension JobRetry {
  /// Its members on the wire.
  static let names = ["members", "states", "changes"]
  /// Those who can be tried again.
  static let retriable: [MemberState] = [.failed, .cancelled]

  /// Reads what a retry of a job is asked with; throws all that is wrong with it at once.
  /// - Parameters:
  ///   - node: the document; nil: there is none, and all that failed or was cancelled is meant.
  ///   - job: whose members are tried again.
  ///   - asker: who asks.
  public init(_ node: JSONNode?, of job: JobNumber, by asker: Principal) throws(Rejection) {
    self.init(job: job, by: asker)
    guard let node else { return }
    guard node.isObject else { throw .field("body", "\(node.kindName); leave it out, or give an object") }
    var reader = FieldReader()
    for (key, value) in node.members where !reader.isFull {
      switch key {
      case "members": members = MemberRanges.read(value, &reader, key)
      case "states": states = Self.readStates(value, &reader, key)
      case "changes": readChanges(value, &reader)
      default: reader.unknown(key, among: Self.names, in: "")
      }
    }
    try reader.check("nothing is retried")
  }

  private static func readStates(_ node: JSONNode, _ reader: inout FieldReader, _ path: String) -> Set<MemberState>? {
    let names = retriable.map(\.name)
    guard node.isArray, node.count > 0 else {
      let trouble = node.isArray ? "empty" : node.kindName
      reader.fail(path, "\(trouble); give a list of \(names.joined(separator: " and ")), or leave it out for both")
      return nil
    }
    var found: Set<MemberState> = []
    for (index, element) in node.elements.enumerated() where !reader.isFull {
      guard let word = reader.word(element, names, "\(path).\(index)") else { continue }
      if let state = retriable.first(where: { $0.name == word }) { found.insert(state) }
    }
    return found
  }

  /// Fields of tasks, as a PATCH has them, but for resources, of which only the amounts change that are named: members
  /// of several families may be meant, which ask for different ones. What says which member it is stays.
  private mutating func readChanges(_ node: JSONNode, _ reader: inout FieldReader) {
    guard node.isObject else {
      return reader.fail("changes", node, "give an object, fields that are other than before")
    }
    var inner = FieldReader()
    for (key, value) in node.members where !inner.isFull {
      guard let field = TaskField.named(key) else {
        inner.unknown(key, among: TaskField.givenNames, in: "")
        continue
      }
      switch field.input {
      case .state, .references: inner.fail(key, "what is tried again has it from before; leave it out")
      case _ where field.name == "name":
        inner.fail(key, "a member is called the same when it is tried again; leave it out")
      case _ where field.name == ProvidedField.resources.name && !value.isNull:
        let change = ResourceDocument.readChange(value, with: &inner, at: key)
        if !change.amounts.isEmpty { resources = change }
      default: if let change = inner.change(value, of: field) { changes.append(change) }
      }
    }
    reader.merge(inner, in: "changes")
  }
}
