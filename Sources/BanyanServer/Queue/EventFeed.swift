import BanyanCore
import Collections
import NIOCore

/// Tells watchers what happened, in the journal's order: no event is lost, none comes twice. Who asks for what has left
/// the ring, or reads too slowly, is told the gap and goes on behind it.
///
/// Changes of users and keys have their sequence in the journal too. Who watches everything is told of them in one word
/// (`other`), so that a gap always means a loss.
actor EventFeed {
  private let loop: any EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  /// How many events are kept for those who come back; the newest frame is kept whole, however many it holds.
  static let capacity = 65_536

  private var ring: Deque<Frame> = []
  /// Events in the ring.
  private var held = 0
  private var watchers: [ObjectIdentifier: [Watch]] = [:]
  private var last: UInt64

  /// One event as watchers see it.
  struct Notice: Sendable {
    var sequence: UInt64
    var time: Int64
    var event: Event
  }

  /// What a watcher gets.
  enum Message: Sendable {
    /// The subscription stands; events behind this sequence follow.
    case subscribed(UInt64)
    case events([Notice])
    /// Events from here to there are not to be had any more.
    case lagged(from: UInt64, to: UInt64)
  }

  private struct Watch {
    var name: String
    /// nil: everything.
    var tasks: Set<TaskID>?
    var sink: @Sendable (Message) -> Void
  }

  init(last: UInt64, loop: any EventLoop) {
    self.last = last
    self.loop = loop
  }

  /// Durable frames, in order.
  nonisolated func publish(_ frames: [Frame]) {
    guard !frames.isEmpty else { return }
    loop.execute { self.assumeIsolated { $0.take(frames) } }
  }

  /// Subscribes. The sink is called on the feed's executor and must only hand over.
  /// - Parameters:
  ///   - owner: the connection.
  ///   - name: what the connection calls this subscription.
  ///   - tasks: of these tasks only; nil: everything.
  ///   - from: events behind this sequence; nil: from now on.
  nonisolated func subscribe(
    _ owner: ObjectIdentifier, name: String, tasks: Set<TaskID>?, from: UInt64?,
    _ sink: @escaping @Sendable (Message) -> Void
  ) {
    loop.execute {
      self.assumeIsolated { $0.add(owner, Watch(name: name, tasks: tasks, sink: sink), from: from) }
    }
  }

  /// Ends one subscription.
  nonisolated func unsubscribe(_ owner: ObjectIdentifier, name: String) {
    loop.execute { self.assumeIsolated { $0.watchers[owner]?.removeAll { $0.name == name } } }
  }

  /// The connection is gone.
  nonisolated func leave(_ owner: ObjectIdentifier) {
    loop.execute { self.assumeIsolated { $0.watchers[owner] = nil } }
  }

  private func add(_ owner: ObjectIdentifier, _ watch: Watch, from: UInt64?) {
    let start = from ?? last
    watch.sink(.subscribed(start))
    watchers[owner, default: []].append(watch)
    guard start < last else { return }
    let oldest = ring.first?.firstSequence ?? last + 1
    if start + 1 < oldest { watch.sink(.lagged(from: start + 1, to: oldest - 1)) }
    send(Self.notices(ring).filter { $0.sequence > start }, to: watch)
  }

  private func take(_ frames: [Frame]) {
    for frame in frames {
      ring.append(frame)
      held += frame.events.count
      last = frame.lastSequence
    }
    while held > Self.capacity, ring.count > 1 { held -= ring.removeFirst().events.count }
    guard watchers.values.contains(where: { !$0.isEmpty }) else { return }
    let notices = Self.notices(frames)
    for watches in watchers.values { for watch in watches { send(notices, to: watch) } }
  }

  private static func notices(_ frames: some Sequence<Frame>) -> [Notice] {
    var notices: [Notice] = []
    for frame in frames {
      for (offset, event) in frame.events.enumerated() {
        notices.append(Notice(sequence: frame.firstSequence + UInt64(offset), time: frame.time, event: event))
      }
    }
    return notices
  }

  private func send(_ notices: [Notice], to watch: Watch) {
    let wanted = watch.tasks.map { tasks in notices.filter { $0.event.concerns(tasks) } } ?? notices
    if !wanted.isEmpty { watch.sink(.events(wanted)) }
  }
}

extension Event {
  /// The task that it is about; nil: it is about none, or about several.
  var task: TaskID? {
    switch self {
    case .taskCreated(let id, _, _), .taskEdited(let id, _), .taskHeld(let id, _), .continuationsAdded(let id, _),
      .continuationsRemoved(let id, _), .taskMadeAvailable(let id, _), .taskDue(let id), .groupPassed(let id),
      .taskCancelled(let id, _), .taskClaimed(let id, _), .attemptStarted(let id, _, _), .attemptUpdated(let id, _),
      .cancellationRequested(let id, _, _, _), .attemptEnded(let id, _):
      id
    default: nil
    }
  }

  func concerns(_ tasks: Set<TaskID>) -> Bool {
    if case .tasksForgotten(let ids) = self { return ids.contains { tasks.contains($0) } }
    return task.map { tasks.contains($0) } ?? false
  }
}
