import BanyanCore
import BanyanJSON

/// A worker asks for tasks: `claim`.
public struct ClaimMessage: Sendable, Hashable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// What may be used now; nil: all that is free of the `hello`.
  public var resources: ResourceOffer?
  /// How many tasks at most.
  public var max: Int
  /// From these queues only; none named: from all.
  public var queues: [String]
  /// Only this task, if it fits; nil: whichever fits.
  public var task: TaskID?
  /// How long the claim stays open while nothing fits; nil: it is answered at once.
  public var waitMilliseconds: Int64?
  /// How long the worker will stay; nil: as it said before.
  public var stay: StayWord?

  /// For a worker to send; without arguments it asks for one task of any kind.
  public init(
    id: MessageID? = nil, resources: ResourceOffer? = nil, max: Int = 1, queues: [String] = [], task: TaskID? = nil,
    waitMilliseconds: Int64? = nil, stay: StayWord? = nil
  ) {
    self.id = id
    self.resources = resources
    self.max = max
    self.queues = queues
    self.task = task
    self.waitMilliseconds = waitMilliseconds
    self.stay = stay
  }

  init(_ node: MessageFields) {
    id = MessageID(of: node)
    resources = node.optionalObject("resources") { one in ResourceOffer(one) }
    max = Int(clamping: node.optionalInteger("max", atLeast: 1) ?? 1)
    queues = node.texts("queues", required: false)
    task = node.optionalTaskID("task")
    waitMilliseconds = node.optionalInteger("wait_milliseconds", atLeast: 0)
    stay = StayWord(of: node)
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "claim")
      id?.write(to: &message)
      if let resources { message.object("resources") { resources.write(to: &$0) } }
      message.set("max", max)
      if !queues.isEmpty {
        message.array("queues") { list in
          for queue in queues { list.append(queue) }
        }
      }
      message.set("task", ifPresent: task?.description)
      message.set("wait_milliseconds", ifPresent: waitMilliseconds)
      stay?.write(to: &message)
    }
  }
}
