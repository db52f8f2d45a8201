import BanyanCore
import BanyanJSON

/// Tasks to be cancelled, as a client writes them: `cancel`.
public struct CancelMessage: Sendable, Hashable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// What is to be cancelled.
  public var target: Target
  /// A grace in milliseconds that is shorter than the tasks' own.
  public var shutdownTimeMilliseconds: Int64?

  /// What is to be cancelled, as the client writes it.
  public enum Target: Sendable, Hashable {
    /// These tasks, by identifier.
    case tasks([TaskID])
    /// All that a filter matches.
    case matching(JSON)
  }

  /// For a client to send.
  public init(id: MessageID? = nil, _ target: Target, shutdownTimeMilliseconds: Int64? = nil) {
    self.id = id
    self.target = target
    self.shutdownTimeMilliseconds = shutdownTimeMilliseconds
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "cancel")
      id?.write(to: &message)
      switch target {
      case .tasks(let tasks):
        message.array("tasks") { list in
          for task in tasks { list.append(task) }
        }
      case .matching(let filter): message.set("where", filter)
      }
      message.set("shutdown_time_milliseconds", ifPresent: shutdownTimeMilliseconds)
    }
  }
}

/// Tasks to be cancelled, as the server reads them.
public struct CancelRequest: Sendable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// What is to be cancelled.
  public var target: Target
  /// A grace in milliseconds that is shorter than the tasks' own.
  public var grace: Int64?

  /// What is to be cancelled, with the filter read.
  public enum Target: Sendable {
    /// These tasks, by identifier.
    case tasks([TaskID])
    /// All that a filter matches.
    case matching(Filter)
  }

  /// Reads a message: `tasks` or `where`, one of them.
  public init(_ node: JSONNode, fields: FieldSet = .tasks()) throws(Rejection) {
    let message = MessageFields(node)
    id = MessageID(of: message)
    grace = message.optionalInteger("shutdown_time_milliseconds", atLeast: 0).map { min($0, TimeSpan.maxMilliseconds) }
    if node["where"] != nil, node["tasks"] != nil { message.fail("where", "given beside tasks; give one of them") }
    let tasks = node["where"] == nil ? message.taskIDs("tasks") : []
    do throws(MessageError) { try message.check() } catch { throw Rejection(error) }
    if let filter = node["where"] {
      target = .matching(try Filter(filter, fields: fields))
    } else {
      target = .tasks(tasks)
    }
  }
}

/// What became of them: `cancelled`.
public struct CancelledMessage: Sendable, Hashable {
  /// The `id` of the request that it answers.
  public var id: MessageID?
  /// How many of them stand where now, of all that the request named.
  public var counts: Counts
  /// In the order of the request; of more than fit into a message the first.
  public var results: [Result]
  /// So many more fitted the filter, and are others' to cancel: they are as they were.
  public var others: Int
  /// How many results there was no room for.
  public var leftOut = 0

  /// How many stand where.
  public struct Counts: Sendable, Hashable {
    /// Cancelled, now or before.
    public var cancelled = 0
    /// They run, and were told to end.
    public var pendingCancellation = 0
    /// Terminated before the request came: nothing is left to be cancelled.
    public var terminated = 0
    /// There are no such tasks.
    public var missing = 0

    /// With all counts at zero.
    public init() {}

    /// Counts the states in which the tasks stand now; nil: there is no such task.
    public init(_ states: some Sequence<TaskState?>) {
      for state in states {
        switch state {
        case .cancelled: cancelled += 1
        case .pendingCancellation: pendingCancellation += 1
        case .terminated: terminated += 1
        case .inactive, .available, .running, nil: missing += 1
        }
      }
    }
  }

  /// What became of one.
  public struct Result: Sendable, Hashable {
    /// The task that the request named or its filter matched.
    public var task: TaskID
    /// Where it stands now; nil: there is no such task.
    public var state: TaskState?

    /// What became of one.
    public init(task: TaskID, state: TaskState?) {
      self.task = task
      self.state = state
    }
  }

  /// An answer.
  /// - Parameters:
  ///   - id: the request's.
  ///   - results: what became of each, in the order of the request.
  ///   - others: how many more fitted the filter and are others'.
  ///   - limit: bytes of the message's text.
  public init(id: MessageID? = nil, results: [Result], others: Int = 0, limit: Int = .max) {
    self.id = id
    self.others = others
    counts = Counts(results.lazy.map(\.state))
    let room = max(0, limit - Self.overhead) / Self.maxResultBytes
    self.results = results.count > room ? Array(results.prefix(room)) : results
    leftOut = results.count - self.results.count
  }

  /// Bytes of a result's text at most, and of all beside the results: an `id` is at most as long as the request was.
  private static let (maxResultBytes, overhead) = (72, 1 << 20)

  init(_ node: MessageFields) {
    id = MessageID(of: node)
    results = node.list("results") { one in
      Result(task: one.taskID("task"), state: one.optionalText("state").flatMap(TaskState.init(name:)))
    }
    others = Int(clamping: node.optionalInteger("others", atLeast: 0) ?? 0)
    leftOut = Int(clamping: node.optionalInteger("results_left_out", atLeast: 0) ?? 0)
    let told = node.optionalObject("counts") { told in
      func count(_ name: StaticString) -> Int { Int(clamping: told.optionalInteger(name, atLeast: 0) ?? 0) }
      var counts = Counts()
      counts.cancelled = count("cancelled")
      counts.pendingCancellation = count("pending_cancellation")
      counts.terminated = count("terminated")
      counts.missing = count("missing")
      return counts
    }
    counts = told ?? Counts(results.lazy.map(\.state))
  }

  /// Appends the message's text to `buffer`. A task that isn't there has no `state`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "cancelled")
      id?.write(to: &message)
      message.object("counts") { all in
        all.set("cancelled", counts.cancelled)
        all.set("pending_cancellation", counts.pendingCancellation)
        all.set("terminated", counts.terminated)
        if counts.missing > 0 { all.set("missing", counts.missing) }
      }
      message.array("results") { list in
        for result in results {
          list.object { one in
            one.set("task", result.task)
            one.set("state", ifPresent: result.state?.name)
          }
        }
      }
      if others > 0 { message.set("others", others) }
      if leftOut > 0 { message.set("results_left_out", leftOut) }
    }
  }
}
