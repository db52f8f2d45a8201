import BanyanCore
import Collections
import NIOCore

/// Tells watchers what happened, in the journal's order: no event is lost, none comes twice.
///
/// Nothing is pushed at a watcher that has not asked for more: it gets a batch, and the next one when it says that it is
/// ready (``ready(_:name:)``). What happens meanwhile lies in a ring that all watchers share, so that a slow one costs
/// nothing. Whose next event has left the ring is told the gap, and goes on behind it.
///
/// Changes of users and keys have their sequence in the journal too. Who watches everything is told of them in one word
/// (`other`), so that a gap always means a loss.
actor EventFeed {
  private let loop: any EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  /// How many events are kept for those who come back; the newest frame is kept whole, however many it holds.
  static let capacity = 65_536
  /// Events in one batch.
  static let maxBatch = 512
  /// Events that are looked at in one turn for a watcher who wants few of them.
  private static let maxScanned = 8_192
  /// Subscriptions of one connection.
  static let maxSubscriptions = 1_000

  private let capacity: Int
  private var ring: Deque<Frame> = []
  /// Events in the ring.
  private var held = 0
  private var watchers: [ObjectIdentifier: [CodePoints: Watch]] = [:]
  /// Those who only want to know that something happened.
  private var listeners: [ObjectIdentifier: @Sendable () -> Void] = [:]
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
    /// There is no such subscription.
    case refused(Rejection)
    /// At most ``EventFeed/maxBatch``; the next ones come when the watcher is ready.
    case events([Notice])
    /// Events from here to there are not to be had any more.
    case lagged(from: UInt64, to: UInt64)
  }

  private struct Watch {
    /// The tasks whose events are wanted; nil: all events.
    var tasks: Set<TaskID>?
    /// All up to here was told, or was not wanted, or was lost and told so.
    var seen: UInt64
    /// It has a batch in hand.
    var isBusy = false
    var sink: @Sendable (Message) -> Void
  }

  /// - Parameters:
  ///   - last: the sequence of the last event before the first that comes.
  ///   - capacity: events in the ring.
  init(last: UInt64, loop: any EventLoop, capacity: Int = EventFeed.capacity) {
    self.last = last
    self.loop = loop
    self.capacity = capacity
  }

  /// Durable frames, in order.
  nonisolated func publish(_ frames: [Frame]) {
    guard !frames.isEmpty else { return }
    loop.execute { self.assumeIsolated { $0.deliver(frames) } }
  }

  /// Subscribes. The sink is called on the feed's executor and must only hand over.
  /// - Parameters:
  ///   - owner: the connection.
  ///   - name: what the connection calls this subscription.
  ///   - tasks: of these tasks only; nil: everything.
  ///   - from: events behind this sequence; nil: from now on.
  nonisolated func subscribe(
    _ owner: ObjectIdentifier, name: CodePoints, tasks: Set<TaskID>?, from: UInt64?,
    _ sink: @escaping @Sendable (Message) -> Void
  ) {
    loop.execute { self.assumeIsolated { $0.add(owner, name, tasks, from, sink) } }
  }

  /// The watcher has dealt with its batch.
  nonisolated func ready(_ owner: ObjectIdentifier, name: CodePoints) {
    loop.execute {
      self.assumeIsolated { feed in
        feed.watchers[owner]?[name]?.isBusy = false
        feed.advance(owner, name)
      }
    }
  }

  /// Ends one subscription of this owner; its sink may still get what was on its way.
  nonisolated func unsubscribe(_ owner: ObjectIdentifier, name: CodePoints) {
    loop.execute { self.assumeIsolated { $0.watchers[owner]?[name] = nil } }
  }

  /// Calls back whenever something has happened, without saying what. The callback must only hand over.
  nonisolated func listen(_ owner: ObjectIdentifier, _ onChange: @escaping @Sendable () -> Void) {
    loop.execute {
      self.assumeIsolated { $0.listeners[owner] = onChange }
      onChange()
    }
  }

  /// The connection is gone.
  nonisolated func leave(_ owner: ObjectIdentifier) {
    loop.execute {
      self.assumeIsolated { feed in
        feed.watchers[owner] = nil
        feed.listeners[owner] = nil
      }
    }
  }

  private func add(
    _ owner: ObjectIdentifier, _ name: CodePoints, _ tasks: Set<TaskID>?, _ from: UInt64?,
    _ sink: @escaping @Sendable (Message) -> Void
  ) {
    let own = watchers[owner] ?? [:]
    guard own[name] == nil else {
      return sink(.refused(.field("id", "a subscription of this connection has it; give another")))
    }
    guard own.count < Self.maxSubscriptions else {
      return sink(.refused(Rejection(.tooLarge, "A connection holds at most \(Self.maxSubscriptions) subscriptions.")))
    }
    let start = from ?? last
    guard start <= last else {
      return sink(
        .refused(
          .field("from_sequence", "\(start) has not come yet; the newest is \(last): give that or an earlier one")))
    }
    watchers[owner, default: [:]][name] = Watch(tasks: tasks, seen: start, sink: sink)
    sink(.subscribed(start))
    advance(owner, name)
  }

  private func deliver(_ frames: [Frame]) {
    for frame in frames {
      ring.append(frame)
      held += frame.events.count
      last = frame.lastSequence
    }
    while held > capacity, ring.count > 1 { held -= ring.removeFirst().events.count }
    for (owner, watches) in watchers { for name in watches.keys { advance(owner, name) } }
    for listener in listeners.values { listener() }
  }

  /// Gives a watcher who is ready what it has not seen.
  private func advance(_ owner: ObjectIdentifier, _ name: CodePoints) {
    guard var watch = watchers[owner]?[name], !watch.isBusy, watch.seen < last else { return }
    let oldest = ring.first?.firstSequence ?? last + 1
    if watch.seen + 1 < oldest {
      watch.sink(.lagged(from: watch.seen + 1, to: oldest - 1))
      watch.seen = oldest - 1
    }
    var notices: [Notice] = []
    var looked = 0
    var place = firstPlace(behind: watch.seen)
    scan: while place < ring.count {
      let frame = ring[place]
      for offset in Int(clamping: watch.seen + 1 - frame.firstSequence)..<frame.events.count {
        guard notices.count < Self.maxBatch, looked < Self.maxScanned else { break scan }
        let event = frame.events[offset]
        watch.seen = frame.firstSequence + UInt64(offset)
        looked += 1
        if watch.tasks.map({ event.concerns($0) }) ?? true {
          notices.append(Notice(sequence: watch.seen, time: frame.time, event: event))
        }
      }
      place += 1
    }
    watch.isBusy = !notices.isEmpty
    watchers[owner]?[name] = watch
    if !notices.isEmpty {
      watch.sink(.events(notices))
    } else if watch.seen < last {
      // Others get their turn before it looks further.
      loop.execute { self.assumeIsolated { $0.advance(owner, name) } }
    }
  }

  /// The first frame that holds an event behind this sequence.
  private func firstPlace(behind sequence: UInt64) -> Int {
    var (low, high) = (0, ring.count)
    while low < high {
      let middle = (low + high) / 2
      if ring[middle].lastSequence <= sequence { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension Event {
  /// The task that it is about; nil: it is about none, or about several.
  var task: TaskID? {
    switch self {
    case .taskCreated(let id, _, _, _), .taskEdited(let id, _), .taskHeld(let id, _), .continuationsAdded(let id, _),
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
