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
  /// Where the tasks of watched jobs stand, by the sequence of what happened to them, as far back as the ring goes.
  private var places: [UInt64: JobPlace] = [:]
  private var nextWatch: UInt64 = 0

  /// One event as watchers see it.
  struct Notice: Sendable {
    var sequence: UInt64
    var time: Int64
    var event: Event
    /// The place of its task, where it is known.
    var place: JobPlace?
    /// Of an event about members of a job as such those that are wanted as tasks: each is told by itself. Empty: it is told
    /// as it is.
    var members: [(task: TaskID, place: JobPlace)] = []
  }

  /// What somebody wants to be told of.
  struct Wish: Sendable {
    /// The tasks whose events are wanted; nil, without jobs: all events.
    var tasks: Set<TaskID>?
    /// The jobs that are wanted, with all that happens to their tasks.
    var jobs: Set<JobNumber> = []

    func isFulfilled(by event: Event, _ place: JobPlace?) -> Bool {
      if tasks == nil, jobs.isEmpty { return true }
      if let tasks, event.concerns(tasks) { return true }
      guard !jobs.isEmpty, let job = place?.job ?? event.job else { return false }
      return jobs.contains(job)
    }

    /// All that has to be looked up before it is told anything.
    var needsPlaces: Bool { tasks != nil || !jobs.isEmpty }
  }

  /// Begins to look after jobs, and calls back when that is done.
  typealias Preparing = @Sendable (Set<JobNumber>, @escaping @Sendable (TaskQueue.JobWatch) -> Void) -> Void

  /// What a watcher gets.
  enum Message: Sendable {
    /// The subscription stands; events behind this sequence follow.
    case subscribed(UInt64)
    /// There is no such subscription.
    case refused(Rejection)
    /// At most ``EventFeed/maxBatch``; the next ones come when the watcher is ready. Behind them how jobs stand now, at
    /// least as new as the sequence up to which all is told.
    case events([Notice], jobs: [JobNotice], seen: UInt64)
    /// Events from here to there are not to be had any more.
    case lagged(from: UInt64, to: UInt64)
  }

  private struct Watch {
    var wish: Wish
    /// Tells it from an earlier one of the same name.
    let number: UInt64
    /// All up to here was told, or was not wanted, or was lost and told so.
    var seen: UInt64
    /// It has a batch in hand.
    var isBusy = false
    /// Its jobs are looked after; until then it is told nothing.
    var isReady: Bool
    /// Where the tasks stand that it wants.
    var members: [JobNumber: [UInt32: TaskID]] = [:]
    /// How its jobs stand, the newest that wasn't told.
    var jobs: [JobNumber: JobNotice] = [:]
    /// Its jobs need not be looked after any more.
    var end: (@Sendable () -> Void)?
    var sink: @Sendable (Message) -> Void

    /// Of members of a job that something happened to those whose tasks are wanted; nil: it is about none as such.
    func wanted(of event: Event) -> [(task: TaskID, place: JobPlace)]? {
      guard let (job, ranges) = event.members, let tasks = members[job] else { return nil }
      return tasks.keys.filter { member in ranges.contains { $0.contains(member) } }.sorted().compactMap { member in
        tasks[member].map { ($0, JobPlace(job: job, member: member)) }
      }
    }
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
  ///   - wish: what is wanted.
  ///   - from: events behind this sequence; nil: from now on.
  ///   - preparing: looks places up for who wants some tasks or jobs only; nil: nobody does.
  nonisolated func subscribe(
    _ owner: ObjectIdentifier, name: CodePoints, _ wish: Wish, from: UInt64?,
    preparing: Preparing? = nil, _ sink: @escaping @Sendable (Message) -> Void
  ) {
    loop.execute { self.assumeIsolated { $0.add(owner, name, wish, from, preparing, sink) } }
  }

  /// Where the tasks of watched jobs stand, by the sequence of what happened to them; before the frames that tell it.
  nonisolated func note(_ places: [UInt64: JobPlace]) {
    guard !places.isEmpty else { return }
    loop.execute { self.assumeIsolated { $0.places.merge(places) { $1 } } }
  }

  /// How watched jobs stand now; durable.
  nonisolated func publish(_ jobs: [JobNotice]) {
    loop.execute { self.assumeIsolated { $0.deliver(jobs) } }
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
    loop.execute { self.assumeIsolated { $0.watchers[owner]?.removeValue(forKey: name)?.end?() } }
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
        for watch in feed.watchers.removeValue(forKey: owner)?.values.map({ $0 }) ?? [] { watch.end?() }
        feed.listeners[owner] = nil
      }
    }
  }

  private func add(
    _ owner: ObjectIdentifier, _ name: CodePoints, _ wish: Wish, _ from: UInt64?, _ preparing: Preparing?,
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
    let number = nextWatch
    nextWatch += 1
    watchers[owner, default: [:]][name] = Watch(
      wish: wish, number: number, seen: start, isReady: preparing == nil || !wish.needsPlaces, sink: sink)
    sink(.subscribed(start))
    guard let preparing, wish.needsPlaces else { return advance(owner, name) }
    preparing(wish.jobs) { [loop] watch in
      loop.execute { self.assumeIsolated { $0.prepare(owner, name, number, watch) } }
    }
  }

  /// A watcher's jobs are looked after from now on: what has happened before finds its place here.
  private func prepare(_ owner: ObjectIdentifier, _ name: CodePoints, _ number: UInt64, _ jobs: TaskQueue.JobWatch) {
    guard var watch = watchers[owner]?[name], watch.number == number else { return jobs.end() }
    watch.isReady = true
    watch.end = jobs.end
    for notice in jobs.jobs { watch.jobs[notice.number] = notice }
    for task in watch.wish.tasks ?? [] {
      if let place = jobs.view.place(of: task) { watch.members[place.job, default: [:]][place.member] = task }
    }
    places.merge(jobs.places) { known, _ in known }
    for place in firstPlace(behind: watch.seen)..<ring.count {
      for (offset, event) in ring[place].events.enumerated() {
        let sequence = ring[place].firstSequence + UInt64(offset)
        guard !watch.wish.jobs.isEmpty, sequence > watch.seen, places[sequence] == nil,
          let task = event.task ?? event.remade,
          let found = jobs.view.place(of: task), watch.wish.jobs.contains(found.job)
        else { continue }
        places[sequence] = found
      }
    }
    watchers[owner]?[name] = watch
    advance(owner, name)
  }

  private func deliver(_ jobs: [JobNotice]) {
    for (owner, watches) in watchers {
      for (name, watch) in watches where watch.isReady {
        let wanted = jobs.filter { watch.wish.jobs.contains($0.number) }
        guard !wanted.isEmpty else { continue }
        for job in wanted { watchers[owner]?[name]?.jobs[job.number] = job }
        advance(owner, name)
      }
    }
  }

  private func deliver(_ frames: [Frame]) {
    for frame in frames {
      ring.append(frame)
      held += frame.events.count
      last = frame.lastSequence
    }
    while held > capacity, ring.count > 1 {
      let frame = ring.removeFirst()
      held -= frame.events.count
      if !places.isEmpty { for sequence in frame.firstSequence...frame.lastSequence { places[sequence] = nil } }
    }
    for (owner, watches) in watchers { for name in watches.keys { advance(owner, name) } }
    for listener in listeners.values { listener() }
  }

  /// Gives a watcher who is ready what it has not seen.
  private func advance(_ owner: ObjectIdentifier, _ name: CodePoints) {
    guard var watch = watchers[owner]?[name], watch.isReady, !watch.isBusy, watch.seen < last || !watch.jobs.isEmpty
    else { return }
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
        let task = event.place ?? (places.isEmpty ? nil : places[watch.seen])
        if watch.wish.isFulfilled(by: event, task) {
          notices.append(Notice(sequence: watch.seen, time: frame.time, event: event, place: task))
        } else if let wanted = watch.wanted(of: event), !wanted.isEmpty {
          notices.append(Notice(sequence: watch.seen, time: frame.time, event: event, members: wanted))
        }
      }
      place += 1
    }
    let jobs = watch.jobs.values.sorted { $0.number < $1.number }
    watch.jobs = [:]
    watch.isBusy = !notices.isEmpty || !jobs.isEmpty
    watchers[owner]?[name] = watch
    if watch.isBusy {
      watch.sink(.events(notices, jobs: jobs, seen: watch.seen))
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
