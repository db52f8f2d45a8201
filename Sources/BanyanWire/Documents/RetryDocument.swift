import BanyanCore
import BanyanJSON

/// What a retry is asked with, and how it is answered.
public enum RetryDocument {
  /// The most tasks that one request names; what lies below them isn't counted.
  public static let maxTasks = 1024

  /// Reads `[ids]`: tasks that are retried together.
  public static func tasks(_ node: JSONNode) throws(Rejection) -> [TaskID] {
    guard node.isArray else {
      throw .field("body", "\(node.kindName); give a list of tasks' identifiers")
    }
    guard node.count <= maxTasks else {
      throw Rejection(.tooLarge, "\(node.count) tasks are named; name at most \(maxTasks)")
    }
    var reader = FieldReader()
    var tasks: [TaskID] = []
    for (index, element) in node.elements.enumerated() {
      if let task = reader.identifier(element, of: "a task", "body.\(index)") { tasks.append(task) }
    }
    try reader.check("no task is retried")
    return tasks
  }

  /// What a retry asks, as the value that its idempotency key stands for.
  public static func request(_ tasks: [TaskID]) -> JSON {
    ["retry": .array(tasks.map { .string($0.description) })]
  }

  /// Adds `_items`: each copy and what it is a copy of.
  public static func write(_ copies: [(copy: TaskID, of: TaskID)], to body: inout JSONObjectWriter) {
    body.array("_items") { list in
      for (copy, original) in copies {
        list.object { item in
          item.set("_id", copy)
          item.set("copy_of", original)
        }
      }
    }
  }
}
