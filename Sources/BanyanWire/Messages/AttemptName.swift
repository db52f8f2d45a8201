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

  init(_ node: JSONNode) throws(MessageError) {
    task = try node.taskID("task")
    token = try node.text("token")
  }

  func write(to object: inout JSONObjectWriter) {
    object.set("task", task)
    object.set("token", token)
  }
}
