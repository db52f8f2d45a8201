import BanyanCore
import BanyanJSON

/// A task as JSON: read from what providers send, by the table of ``TaskField/all``.
public enum TaskDocument {
  /// The most tasks in one request.
  public static let maxTasks = 100_000

  /// Reads a task that is to be made.
  /// - Parameters:
  ///   - node: the document.
  ///   - path: where it stands in the whole document, for the paths of what is wrong.
  public static func draft(_ node: JSONNode, at path: String = "") throws(Rejection) -> TaskDraft {
    var reader = FieldReader()
    let draft = readDraft(node, &reader)
    var outer = FieldReader()
    outer.merge(reader, in: path)
    try outer.check("the task is not made")
    return draft
  }

  /// Reads what a POST holds: one task, or a list of them; all or none.
  /// - Parameters:
  ///   - node: the document, or the list of them.
  ///   - path: where it stands in the whole document: `tasks` in a message.
  public static func drafts(_ node: JSONNode, at path: String = "") throws(Rejection) -> [TaskDraft] {
    guard node.isArray else {
      guard node.isObject else {
        throw Rejection.field(path.isEmpty ? "body" : path, "\(node.kindName); give a task, or a list of tasks")
      }
      return [try draft(node, at: path)]
    }
    guard node.count <= maxTasks else {
      throw Rejection(.tooLarge, "\(node.count) tasks; at most \(maxTasks) are made by one request")
    }
    var outer = FieldReader()
    var drafts: [TaskDraft] = []
    drafts.reserveCapacity(node.count)
    for (index, element) in node.elements.enumerated() where !outer.isFull {
      var reader = FieldReader()
      drafts.append(readDraft(element, &reader))
      outer.merge(reader, in: FieldReader.join(path, "\(index)"))
    }
    try outer.check("no task is made")
    return drafts
  }

  private static func readDraft(_ node: JSONNode, _ reader: inout FieldReader) -> TaskDraft {
    guard node.isObject else {
      reader.fail("", node, "give an object, a task")
      return TaskDraft(fields: TaskFields())
    }
    var draft = TaskDraft(fields: TaskFields())
    for (key, value) in node.members where !reader.isFull {
      guard let field = TaskField.named(key) else {
        reader.unknown(key, among: TaskField.givenNames, in: "")
        continue
      }
      guard let input = field.input else {
        reader.fail(key, "the server writes it; leave it out")
        continue
      }
      switch input {
      case .references(.continuations, let most): draft.continuations = reader.references(value, atMost: most, key)
      case .references(.after, let most): draft.after = reader.references(value, atMost: most, key)
      case .state(let words): draft.wantsAvailable = reader.word(value, words, key) == "available"
      case .held: draft.isHeld = reader.flag(value, key) ?? false
      case .provided(let field): reader.read(value, field, into: &draft.fields, key)
      }
    }
    // Asked of the document, not of what could be read: a wrong value is not a missing one.
    let hasCommand = node["command"] != nil
    let hasArguments = node["arguments"] != nil
    let hasResources = node["requested_resources"] != nil
    if hasCommand, hasArguments { reader.fail("arguments", bothTrouble) }
    if hasResources != (hasCommand || hasArguments) {
      var shape = TaskFields()
      shape.work = hasResources ? nil : .shell("")
      shape.resources = hasResources ? ResourceRequest() : nil
      for trouble in shape.troubles() { reader.fail(trouble.field, trouble.trouble) }
    }
    return draft
  }

  static let bothTrouble = "given beside command; give one of them: command is a line for a shell, arguments is none"
}
