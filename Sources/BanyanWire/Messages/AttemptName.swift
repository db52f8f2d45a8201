import BanyanCore
import BanyanJSON

/// An attempt as messages name it: its task, and the token that only its worker knows.
public struct AttemptName: Sendable, Hashable {
  /// Whose attempt it is.
  public var task: TaskID
  /// The fencing token, opaque to everybody but the server.
  public var token: String

  /// An attempt of `task`.
  public init(task: TaskID, token: String) {
    self.task = task
    self.token = token
  }

  init(_ node: MessageFields) {
    task = node.taskID("task")
    token = node.text("token")
  }

  /// As a worker names it. Each of many is judged alone, so a token that is missing, or is no text, is an empty one here,
  /// and is refused where the others are judged.
  init(claimed node: MessageFields) {
    task = node.taskID("task")
    token = node["token"]?.string ?? ""
  }

  func write(to object: inout JSONObjectWriter) {
    object.set("task", task)
    object.set("token", token)
  }
}
