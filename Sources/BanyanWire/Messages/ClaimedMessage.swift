import BanyanCore
import BanyanJSON

/// The answer to `claim`: `claimed`, with no tasks where nothing fitted in time or a newer claim replaced it.
public struct ClaimedMessage: Sendable, Hashable {
  /// The `id` of the claim that it answers.
  public var id: MessageID?
  /// What the worker has to run now.
  public var tasks: [AssignedTask]

  /// For a server to send; no tasks: nothing fitted.
  public init(id: MessageID? = nil, tasks: [AssignedTask]) {
    self.id = id
    self.tasks = tasks
  }

  init(_ node: MessageFields) {
    id = MessageID(of: node)
    tasks = node.list("tasks") { one in AssignedTask(one) }
  }

  /// Appends the answer to a claim as the core gives it to `buffer`: of the tasks as many as a message holds, but at least
  /// one.
  /// - Parameters:
  ///   - id: the claim's.
  ///   - claimed: what the worker got.
  ///   - limit: the largest answer, in bytes.
  ///   - buffer: what it is appended to.
  ///   - token: the token of an attempt, of ASCII that needs no escape: writes it to the beginning of memory that has room
  ///     for ``maxTokenBytes`` bytes, and tells how many it took.
  /// - Returns: how many of the tasks the answer names, from the first on.
  public static func encode(
    id: MessageID?, _ claimed: [ClaimedTask], limit: Int, into buffer: inout [UInt8],
    token: (ClaimedTask, UnsafeMutableBufferPointer<UInt8>) -> Int
  ) -> Int {
    let start = buffer.count
    let end = Array("]}".utf8)
    JSONText.object(into: &buffer) { message in
      message.set("type", "claimed")
      id?.write(to: &message)
      message.array("tasks") { _ in }
    }
    // The tasks go in front of the brackets that close it.
    buffer.removeLast(end.count)
    var told = 0
    var documents = TaskDocumentWriter(DocumentOptions(dates: .iso8601))
    for task in claimed {
      let before = buffer.count
      if told > 0 { buffer.append(UInt8(ascii: ",")) }
      JSONText.object(into: &buffer) { object in
        AssignedTask.write(task, to: &object, &documents) { object in
          object.set("token", plain: maxTokenBytes) { token(task, $0) }
        }
      }
      guard told == 0 || buffer.count - start + end.count <= limit else {
        buffer.removeSubrange(before...)
        break
      }
      told += 1
      // The others are about as long as the first.
      if told == 1 {
        let likely = (buffer.count - start) * claimed.count
        buffer.reserveCapacity(start + min(likely + likely / 16, limit))
      }
    }
    buffer.append(contentsOf: end)
    return told
  }

  /// The most bytes that a token takes.
  public static let maxTokenBytes = 80

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "claimed")
      id?.write(to: &message)
      message.array("tasks") { list in
        for task in tasks { list.object { task.write(to: &$0) } }
      }
    }
  }
}
