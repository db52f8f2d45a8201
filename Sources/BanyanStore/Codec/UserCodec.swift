import BanyanCore
import BanyanJSON

/// Users and remembered requests, as elements of a list. Of a token only its hash is ever written.
enum UserCodec {
  /// The names of a user's elements.
  static let columns: [JSON] = ["_id", "name", "role", "token_sha256", "admin", "_created"]
  /// The names of a remembered request's elements.
  static let keyColumns: [JSON] = ["user", "key", "body_digest", "tasks", "time", "copies_of", "status", "reply"]

  static func write(_ user: User, to list: inout JSONArrayWriter) {
    list.append(id: user.id)
    list.append(user.name)
    list.append(user.role.rawValue)
    list.append(user.tokenHash.hex)
    list.append(user.isAdmin)
    list.append(user.created)
  }

  static func read(_ list: inout RecordReader) throws(RecordError) -> User {
    let id = try list.id()
    let name = try list.text()
    let word = try list.text()
    guard let role = Role(rawValue: word) else { throw RecordError("\(word) is no role") }
    var user = User(id: id, name: name, role: role, tokenHash: try list.bytes())
    // Before format 3 there were no admins: the state says who it is.
    if !list.isAtEnd { user.isAdmin = try list.flag() }
    // Before format 4 only the identifier told when it was made, to the second.
    if !list.isAtEnd { user.created = try list.number() }
    return user
  }

  static func write(_ key: IdempotencyKey, _ answer: IdempotentAnswer, to list: inout JSONArrayWriter) {
    write(key, to: &list)
    list.append(answer.body.hex)
    list.append(ids: answer.tasks)
    list.append(answer.time)
    list.append(ids: answer.copiesOf)
    if let reply = answer.reply {
      list.append(Int64(reply.status))
      list.append(reply.text)
    } else {
      list.appendNull()
      list.appendNull()
    }
    guard let job = answer.job else { return }
    list.append(Int64(clamping: job.number.value))
    list.append(job.taskCount)
    list.append(job.takenOver)
    list.append(id: job.firstTask)
  }

  static func readAnswer(_ list: inout RecordReader) throws(RecordError) -> (IdempotencyKey, IdempotentAnswer) {
    let key = try readKey(&list)
    var answer = IdempotentAnswer(body: try list.bytes(), tasks: try list.ids(), time: try list.number())
    // Format 1 knew no retries.
    if !list.isAtEnd { answer.copiesOf = try list.ids() }
    // Before format 3 every answer was made of the tasks; most are still.
    guard !list.isAtEnd else { return (key, answer) }
    let status = try list.numberOrNone()
    let text = try list.textOrNone()
    if let status, let text {
      guard (100...599).contains(status) else { throw RecordError("\(status) is no status of an answer") }
      answer.reply = KeptReply(status: Int(status), text: text)
    }
    if !list.isAtEnd {
      answer.job = JobReceipt(
        number: JobNumber(try list.number(UInt64.self)), taskCount: Int(try list.number(UInt32.self)),
        takenOver: Int(try list.number(UInt32.self)), firstTask: try list.id())
    }
    return (key, answer)
  }

  static func write(_ key: IdempotencyKey, to list: inout JSONArrayWriter) {
    list.append(id: key.user)
    list.append(key.key)
  }

  static func readKey(_ list: inout RecordReader) throws(RecordError) -> IdempotencyKey {
    IdempotencyKey(user: try list.id(), key: try list.text())
  }
}
