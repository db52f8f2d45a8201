import BanyanCore
import BanyanJSON

extension AttemptKey {
  init(_ node: JSONNode) throws(KeeperError) {
    guard let text = node["task"]?.string, let task = Identifier(text), let number = node["claim"]?.integer else {
      throw KeeperError("an attempt is named by task (24 hexadecimal digits) and claim (an integer)")
    }
    self.init(task: task, claimNumber: number)
  }

  func write(to object: inout JSONObjectWriter) {
    object.set("task", task.description)
    object.set("claim", claimNumber)
  }
}
