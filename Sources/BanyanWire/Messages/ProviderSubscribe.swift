import BanyanCore
import BanyanJSON

/// Somebody wants to be told what happens: `subscribe`. Its `id` is the subscription's name.
public struct SubscribeMessage: Sendable, Hashable {
  /// Ties the answer and the events to it.
  public var id: MessageID
  /// What happens to these tasks only; nil, without jobs: everything.
  public var tasks: [TaskID]?
  /// What happens to these jobs and to their tasks; nil: to none as such.
  public var jobs: [JobNumber]?
  /// Events behind this one; nil: from now on.
  public var fromSequence: UInt64?

  /// For a client to send; its `id` names the subscription from then on.
  public init(id: MessageID, tasks: [TaskID]? = nil, jobs: [JobNumber]? = nil, fromSequence: UInt64? = nil) {
    self.id = id
    self.tasks = tasks
    self.jobs = jobs
    self.fromSequence = fromSequence
  }

  init(_ node: MessageFields) {
    id = MessageID(of: node, orElse: "give one; events carry it as their subscription")
    tasks = node["tasks"] == nil ? nil : node.taskIDs("tasks")
    if node["jobs"] != nil {
      let numbers = node.counts("jobs")
      // Without one, it would bring what happens to everything.
      if numbers.isEmpty { node.fail("jobs", "no jobs; give a list of their numbers") }
      if numbers.contains(0) { node.fail("jobs", "no job has the number 0; they count from 1") }
      jobs = numbers.map { JobNumber(UInt64(clamping: $0)) }
    }
    fromSequence = node.optionalInteger("from_sequence", atLeast: 0).map { UInt64(clamping: $0) }
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "subscribe")
      id.write(to: &message)
      if let tasks {
        message.array("tasks") { list in
          for task in tasks { list.append(task) }
        }
      }
      if let jobs {
        message.array("jobs") { list in
          for job in jobs { list.append(Int64(clamping: job.value)) }
        }
      }
      message.set("from_sequence", ifPresent: fromSequence.map { Int64(clamping: $0) })
    }
  }
}

/// The subscription stands: `subscribed`.
public struct SubscribedMessage: Sendable, Hashable {
  /// The request's, and the subscription's name.
  public var id: MessageID?
  /// Events behind this one follow.
  public var sequence: UInt64

  /// For a server to send before the first event.
  public init(id: MessageID?, sequence: UInt64) {
    self.id = id
    self.sequence = sequence
  }

  init(_ node: MessageFields) {
    id = MessageID(of: node)
    sequence = UInt64(clamping: node.integer("sequence", atLeast: 0))
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "subscribed")
      id?.write(to: &message)
      message.set("sequence", Int64(clamping: sequence))
    }
  }
}

/// Events were missed, because they have left the ring or were read too slowly: `lagged`. It goes on behind the gap.
public struct LaggedMessage: Sendable, Hashable {
  /// The `id` of the `subscribe` that missed events.
  public var subscription: MessageID?
  /// The first that was missed.
  public var from: UInt64
  /// The last that was missed.
  public var to: UInt64

  /// For a server to send in the place of the events that are gone.
  public init(subscription: MessageID?, from: UInt64, to: UInt64) {
    self.subscription = subscription
    self.from = from
    self.to = to
  }

  init(_ node: MessageFields) {
    subscription = MessageID(of: node, "subscription")
    from = UInt64(clamping: node.integer("from", atLeast: 0))
    to = UInt64(clamping: node.integer("to", atLeast: 0))
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "lagged")
      subscription?.write("subscription", to: &message)
      message.set("from", Int64(clamping: from))
      message.set("to", Int64(clamping: to))
    }
  }
}

/// Somebody wants to be told no more: `unsubscribe`.
public struct UnsubscribeMessage: Sendable, Hashable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// The `id` of the `subscribe` that is to end.
  public var subscription: MessageID

  /// For a client to send.
  public init(id: MessageID? = nil, subscription: MessageID) {
    self.id = id
    self.subscription = subscription
  }

  init(_ node: MessageFields) {
    id = MessageID(of: node)
    subscription = MessageID(of: node, "subscription", orElse: "give the id of a subscribe")
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "unsubscribe")
      id?.write(to: &message)
      subscription.write("subscription", to: &message)
    }
  }
}

/// The subscription is over: `unsubscribed`.
public struct UnsubscribedMessage: Sendable, Hashable {
  /// The `id` of the request that it answers.
  public var id: MessageID?

  /// For a server to send; no event of the subscription follows it.
  public init(id: MessageID? = nil) { self.id = id }

  init(_ node: MessageFields) { id = MessageID(of: node) }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "unsubscribed")
      id?.write(to: &message)
    }
  }
}
