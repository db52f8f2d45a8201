import BanyanCore
import BanyanJSON

/// The answer to `claim`: `claimed`, with no tasks where nothing fitted in time or a newer claim replaced it.
public struct ClaimedMessage: Sendable, Hashable {
  /// The claim's.
  public var id: MessageID?
  /// What the worker has to run now.
  public var tasks: [AssignedTask]

  /// An answer.
  public init(id: MessageID? = nil, tasks: [AssignedTask]) {
    self.id = id
    self.tasks = tasks
  }

  /// Reads a message.
  public init(_ node: JSONNode) throws(MessageError) {
    id = try MessageID(of: node)
    tasks = try node.list("tasks") { one throws(MessageError) in try AssignedTask(one) }
  }

  /// Appends the answer to a claim as the core gives it to `buffer`.
  /// - Parameter token: the token of an attempt, of ASCII that needs no escape: writes it to the beginning of memory that
  ///   has room for ``longestToken`` bytes, and tells how many it took.
  public static func encode(
    id: MessageID?, _ claimed: [ClaimedTask], into buffer: inout [UInt8],
    token: (ClaimedTask, UnsafeMutableBufferPointer<UInt8>) -> Int
  ) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "claimed")
      id?.write(to: &message)
      message.array("tasks") { list in
        for task in claimed {
          list.object { object in
            AssignedTask.write(task, to: &object) { object in
              object.set("token", plain: longestToken) { token(task, $0) }
            }
          }
        }
      }
    }
  }

  /// The most bytes that a token takes.
  public static let longestToken = 80

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
