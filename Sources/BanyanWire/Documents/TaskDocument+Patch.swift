import BanyanCore
import BanyanJSON

/// What a PATCH of a task says, and what is wrong with it.
///
/// The token comes before the fields: whoever holds none learns nothing of the rest. So a patch is read whole, and
/// the troubles are thrown by ``TaskDocument/patch(_:of:at:proof:)`` or, where a token was given, after it was judged.
public struct ReadPatch: Sendable {
  /// What could be read.
  public var patch: TaskPatch
  /// What is wrong, by the path of a field.
  public var issues: [Rejection.Issue]
}

extension TaskDocument {
  /// The most patches in one request.
  public static let maxPatches = 128
  /// The most targets, and the most values, in one entry of a list of edges.
  public static let maxEdges = 1024

  /// Refuses lists of edges that are longer than a request may have them.
  static func checkEdges(of node: JSONNode, _ keys: String...) throws(Rejection) {
    for key in keys {
      guard let list = node[key], list.isArray, list.count > maxEdges else { continue }
      throw Rejection(.tooLarge, "\(key) has \(list.count) elements; give at most \(maxEdges)")
    }
  }

  /// Judges the text of a token that came for a task: it is the server that knows the key.
  public typealias Proving = (TaskID, String) -> AttemptProof

  /// Reads a PATCH of one task; throws if anything is wrong with it.
  public static func patch(
    _ node: JSONNode, of task: TaskID, at path: String = "", proof: Proving
  ) throws(Rejection) -> TaskPatch {
    let read = readPatch(node, of: task, at: path, proof: proof)
    var reader = FieldReader()
    for issue in read.issues { reader.fail(issue.field, issue.trouble) }
    try reader.check("the task is not changed")
    return read.patch
  }

  /// Refuses a PATCH of a task that is larger than one may be.
  public static func checkPatch(_ node: JSONNode) throws(Rejection) {
    guard node.isObject else { return }
    try checkEdges(of: node, "add_continuations", "remove_continuations")
  }

  /// Reads a PATCH of many: `[{"_id": ..., ...}, ...]`; throws if anything is wrong with one.
  public static func patches(_ node: JSONNode, proof: Proving) throws(Rejection) -> [TaskPatch] {
    guard node.isArray else { throw Rejection.field("body", "\(node.kindName); give a list of objects with an _id") }
    guard node.count <= maxPatches else {
      throw Rejection(.tooLarge, "\(node.count) changes; at most \(maxPatches) are made by one request")
    }
    for element in node.elements { try checkPatch(element) }
    var outer = FieldReader()
    var patches: [TaskPatch] = []
    for (index, element) in node.elements.enumerated() {
      guard let text = element["_id"] else {
        outer.fail("\(index)._id", "missing; give the identifier of the task that is to be changed")
        continue
      }
      guard let task = outer.identifier(text, of: "a task", "\(index)._id") else { continue }
      let read = readPatch(element, of: task, at: "\(index)", proof: proof, isOneOfMany: true)
      for issue in read.issues { outer.fail(issue.field, issue.trouble) }
      patches.append(read.patch)
    }
    try outer.check("no task is changed")
    return patches
  }

  /// Reads a PATCH of one task with all its troubles.
  /// - Parameters:
  ///   - node: the document.
  ///   - task: whose it is.
  ///   - path: where it stands in the whole document, for the paths of what is wrong.
  ///   - proof: what a token proves.
  ///   - isOneOfMany: it names its task by `_id`.
  public static func readPatch(
    _ node: JSONNode, of task: TaskID, at path: String = "", proof: Proving, isOneOfMany: Bool = false
  ) -> ReadPatch {
    var reader = FieldReader()
    var patch = TaskPatch(task: task)
    if node.isObject {
      for (key, value) in node.members where !(isOneOfMany && key == "_id") && !reader.isFull {
        read(value, of: key, into: &patch, &reader, proof)
      }
      if node["command"].map({ !$0.isNull }) ?? false, node["arguments"].map({ !$0.isNull }) ?? false {
        reader.fail("arguments", bothTrouble)
      }
      if patch.grace != nil, patch.state != .cancelled {
        reader.fail("shutdown_time_milliseconds", "only beside state: cancelled; leave it out")
      }
    } else {
      reader.fail(path.isEmpty ? "body" : "", node, "give an object, the fields to change")
    }
    var outer = FieldReader()
    outer.merge(reader, in: path)
    return ReadPatch(patch: patch, issues: outer.issues)
  }

  private static let requests = [
    "add_continuations", "remove_continuations", "update_execution_data", "shutdown_time_milliseconds",
  ]

  private static func read(
    _ value: JSONNode, of key: String, into patch: inout TaskPatch, _ reader: inout FieldReader, _ proof: Proving
  ) {
    switch key {
    case "add_continuations": patch.addContinuations = reader.references(value, atMost: maxEdges, key)
    case "remove_continuations": patch.removeContinuations = reader.references(value, atMost: maxEdges, key)
    case "update_execution_data":
      patch.execution = ExecutionDocument.read(value, of: patch.task, &reader, at: key, proof)
    case "shutdown_time_milliseconds":
      patch.grace = reader.integer(value, 0...TaskField.maxInteger, key)
    case "state":
      patch.state = reader.word(value, TaskState.allCases.map(\.name), key).flatMap(TaskState.init(name:))
    default:
      guard let field = TaskField.named(key) else {
        reader.unknown(key, among: TaskField.givenNames + requests, in: "")
        return
      }
      switch field.input {
      case .references(_, let most) where field.writer != .whenMade:
        patch.continuations = reader.references(value, atMost: most, key)
      default: if let change = reader.change(value, of: field) { patch.changes.append(change) }
      }
    }
  }
}
