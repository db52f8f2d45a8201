import BanyanCore
import BanyanJSON

/// Bodies that add or remove continuations.
public enum EdgesDocument {
  /// Which of the two a request asks for.
  public enum Step: Sendable { case add, remove }

  /// Reads `[{"targets": [...], "values": [...]}, ...]`: each target gets, or loses, all values as continuations.
  /// Targets are identifiers; values are identifiers or names.
  public static func bulk(_ node: JSONNode, _ step: Step) throws(Rejection) -> [TaskPatch] {
    guard node.isArray else {
      throw Rejection.field("body", "\(node.kindName); give a list of {\"targets\": [...], \"values\": [...]}")
    }
    guard node.count <= TaskDocument.maxEdges else {
      throw Rejection(.tooLarge, "\(node.count) entries; give at most \(TaskDocument.maxEdges)")
    }
    for element in node.elements where element.isObject {
      try TaskDocument.checkEdges(of: element, "targets", "values")
    }
    var reader = FieldReader()
    var patches: [TaskPatch] = []
    var total = 0
    for (index, element) in node.elements.enumerated() {
      var targets: [TaskID] = []
      var values: [TaskReference] = []
      reader.members(of: element, known: ["targets", "values"], "\(index)") { reader, key, value in
        let place = "\(index).\(key)"
        switch key {
        case "targets": targets = self.targets(value, &reader, place)
        case "values": values = reader.references(value, atMost: TaskDocument.maxEdges, place)
        default: return false
        }
        return true
      }
      guard element.isObject else { continue }
      for key in ["targets", "values"] where element[key] == nil {
        reader.fail("\(index).\(key)", "missing; give a list of tasks' identifiers")
      }
      total += targets.count + values.count
      guard total <= 2 * TaskDocument.maxEdges else {
        throw Rejection(.tooLarge, "too many targets and values; give at most \(TaskDocument.maxEdges) of each")
      }
      for target in targets { patches.append(patch(target, values, step)) }
    }
    try reader.check("no continuation is changed")
    return patches
  }

  /// Reads `[ids]`, the continuations that one task gets or loses.
  public static func one(_ node: JSONNode, of task: TaskID, _ step: Step) throws(Rejection) -> TaskPatch {
    guard !node.isArray || node.count <= TaskDocument.maxEdges else {
      throw Rejection(.tooLarge, "\(node.count) continuations; give at most \(TaskDocument.maxEdges)")
    }
    var reader = FieldReader()
    let values = reader.references(node, atMost: TaskDocument.maxEdges, "body")
    try reader.check("no continuation is changed")
    return patch(task, values, step)
  }

  private static func patch(_ target: TaskID, _ values: [TaskReference], _ step: Step) -> TaskPatch {
    var patch = TaskPatch(task: target)
    switch step {
    case .add: patch.addContinuations = values
    case .remove: patch.removeContinuations = values
    }
    return patch
  }

  private static func targets(_ node: JSONNode, _ reader: inout FieldReader, _ path: String) -> [TaskID] {
    guard node.isArray, node.count <= TaskDocument.maxEdges else {
      reader.fail(path, node, "give a list of at most \(TaskDocument.maxEdges) tasks' identifiers")
      return []
    }
    var targets: [TaskID] = []
    for (index, element) in node.elements.enumerated() {
      if let target = reader.identifier(element, of: "a task", "\(path).\(index)") { targets.append(target) }
    }
    return targets
  }
}
