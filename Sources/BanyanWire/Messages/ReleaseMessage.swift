import BanyanJSON

/// Attempts that were claimed and not started are given back: `release`.
public struct ReleaseMessage: Sendable, Hashable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// The attempts that the worker gives back.
  public var tasks: [Release]
  /// What could not be read of the list.
  public private(set) var faults: [ItemFault] = []

  /// An attempt given back.
  public struct Release: Sendable, Hashable {
    /// The attempt, with its token.
    public var attempt: AttemptName
    /// What this worker lacked, in words, as in `no such folder: /data`; nil where nothing is wrong with it.
    public var reason: String?

    /// An attempt given back.
    public init(attempt: AttemptName, reason: String? = nil) {
      self.attempt = attempt
      self.reason = reason
    }
  }

  /// For a worker to send.
  public init(id: MessageID? = nil, tasks: [Release]) {
    self.id = id
    self.tasks = tasks
  }

  init(_ node: MessageFields) {
    id = MessageID(of: node)
    (tasks, faults) = node.items("tasks") { one in
      Release(attempt: AttemptName(claimed: one), reason: one.optionalText("reason"))
    }
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "release")
      id?.write(to: &message)
      message.array("tasks") { list in
        for release in tasks {
          list.object { object in
            release.attempt.write(to: &object)
            object.set("reason", ifPresent: release.reason)
          }
        }
      }
    }
  }
}
