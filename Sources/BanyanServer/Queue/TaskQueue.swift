import BanyanCore
import BanyanStore
import Logging
import NIOCore

/// The queue: owns the ``LinkedQueue``, which decides, one command after the other. Deciding, applying and handing to the
/// journal are one synchronous stretch; answers leave through the ``Outbox`` once what they show is durable.
///
/// The parts: `+Connections` (what connections post, and who they are), `+Commits` (drives the ``CommitCycle``), `+Effects`
/// (what follows from what was decided), `+Leases` (the time), `+Figures`.
///
/// It runs on an event loop of its own, so that what connections post comes in their order and without a hop each.
actor TaskQueue {
  nonisolated let loop: any EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  /// What the queue counts, and who is told of it.
  struct Observers: Sendable {
    var requests = RequestMeter()
    /// nil: nobody keeps one.
    var audit: AuditLog?
  }

  let clock: any Timekeeper
  let logger: Logger
  /// The queue and who is connected to it. Whoever comes into the book of leases, by whatever way, has an alarm set at
  /// once.
  var linked: LinkedQueue {
    didSet { if let alarm = linked.alarm, alarm < armedFor ?? .max { armWatchdog() } }
  }
  var state: QueueState {
    _read { yield linked.state }
    _modify { yield &linked.state }
  }
  var entropy: Entropy
  var outbox = Outbox()
  /// Sequence numbers up to here may be told.
  var durable: UInt64
  /// What was decided since the last write began.
  var gathered: [Frame] = []
  /// What the journal was given, and has not called durable.
  var writing: [Frame] = []
  /// When what was decided is written.
  var cycle = CommitCycle()
  /// The end of the turn is on its way.
  var isTurnEnding = false
  /// What was done, in figures.
  var meter = QueueMeter()
  /// False while the disk is full: no new tasks then.
  var hasRoom: Bool { cycle.hasRoom }
  /// After the disk failed, and after the end of the work: nothing is answered any more.
  var isBroken: Bool { cycle.state == .ended }
  /// Connections that have not ended.
  var recipients: [ConnectionID: any Recipient] = [:]
  /// When a worker was last asked what it uses, on the monotonic clock.
  var usageAskedAt: [WorkerID: Int64] = [:]
  /// Jobs that somebody watches.
  var watchedJobs = WatchedJobs()
  /// On the monotonic clock.
  var startedAt: Int64 = 0
  /// Something that has a deadline changed since the watchdog was armed.
  var isWatchdogStale = true
  /// When the watchdog wakes, on the monotonic clock; nil: it doesn't.
  var armedFor: Int64?
  /// The soonest delay that the watchdog was armed for: however a task came by one, it is seen here.
  var armedDelay: Int64?

  /// Whoever wants to know when so much has happened.
  var milestone: (sequence: UInt64, reached: @Sendable () -> Void)?

  let committer: Committer
  let feed: EventFeed
  let watchdog: Watchdog
  let usage: UsageBoard
  let observers: Observers
  let onFailure: @Sendable (StoreError) -> Void
  let onUsersChanged: @Sendable ([User]) -> Void

  /// - Parameters:
  ///   - state: as it was restored.
  ///   - onFailure: called when the disk failed; the process has to end then.
  ///   - onUsersChanged: called with all users whenever a durable change of them is known.
  init(
    state: QueueState, entropy: Entropy, configuration: QueueConfiguration, clock: any Timekeeper, loop: any EventLoop,
    committer: Committer, feed: EventFeed, watchdog: Watchdog, usage: UsageBoard, logger: Logger,
    observers: Observers = Observers(), onFailure: @escaping @Sendable (StoreError) -> Void,
    onUsersChanged: @escaping @Sendable ([User]) -> Void
  ) {
    linked = LinkedQueue(state: state)
    linked.lease = configuration.lease
    linked.restLease = configuration.restLease
    linked.isOpen = configuration.isOpen
    self.entropy = entropy
    self.clock = clock
    self.loop = loop
    self.committer = committer
    self.feed = feed
    self.watchdog = watchdog
    self.usage = usage
    self.logger = logger
    self.observers = observers
    self.onFailure = onFailure
    self.onUsersChanged = onUsersChanged
    durable = state.sequence
  }

  /// Begins to work: a new epoch, and a whole lease for everybody who holds something.
  func start() {
    startedAt = clock.monotonic
    do throws(Rejection) { try linked.start(at: now, entropy: &entropy) } catch {
      logger.critical("The queue can't start: \(error.message)")
    }
    carry()
    onUsersChanged(state.allUsers)
    endOfBatch()
  }

  // MARK: Asking

  /// Does a command and waits until what it did, or what its refusal saw, is durable.
  func perform(_ command: Command) async throws(Rejection) -> Answer {
    try await perform(command) { _, answer in answer }
  }

  /// Does a command, reads what it left in the same turn, and waits like ``perform(_:)``.
  func perform<Value: Sendable>(
    _ command: Command, reading body: @Sendable (QueueState, Answer) -> Value
  ) async throws(Rejection) -> Value {
    let result: Result<Value, Rejection> = await withCheckedContinuation { continuation in
      let result: Result<Value, Rejection>
      do throws(Rejection) {
        let answer = try decide(command)
        // Read behind it.
        result = .success(body(state, answer))
      } catch {
        result = .failure(error)
      }
      outbox.add(after: state.sequence) { continuation.resume(returning: result) }
      endTurn()
    }
    return try result.get()
  }

  /// Does a command, and writes the answer to its request in the same turn. Where the request has a key, the answer is
  /// kept with what the command did, and a repeat gets the first one, word for word.
  func reply(
    to command: Command, by asker: Principal, key: (key: String, body: [UInt8])?,
    writing body: @Sendable (QueueState, Answer) -> KeptReply
  ) async throws(Rejection) -> KeptReply {
    let result: Result<KeptReply, Rejection> = await withCheckedContinuation { continuation in
      let result: Result<KeptReply, Rejection>
      do throws(Rejection) {
        if let key, let known = try state.reply(to: key, by: asker) {
          result = .success(known)
        } else {
          var reply: KeptReply?
          _ = try decide(command) { state, answer in
            let written = body(state, answer)
            reply = written
            return key.map { key in
              .keep(
                IdempotencyKey(user: asker.user, key: key.key),
                IdempotentAnswer(body: key.body, time: 0, reply: written)
              )
            }
          }
          result = reply.map { .success($0) } ?? .failure(Rejection(.unavailable, "The answer is not written."))
        }
      } catch {
        result = .failure(error)
      }
      outbox.add(after: state.sequence) { continuation.resume(returning: result) }
      endTurn()
    }
    return try result.get()
  }

  /// Reads something, and tells it once it is durable.
  func read<Value: Sendable>(_ body: @Sendable (QueueState) -> Value) async -> Value {
    let value = body(state)
    await withCheckedContinuation { continuation in
      outbox.add(after: state.sequence) { continuation.resume() }
      endTurn()
    }
    return value
  }

  /// A task as it is now, once that is durable; nil: there is none. Told on the queue's loop, and at once where that is
  /// whose turn it is and nothing has to be waited for.
  nonisolated func look(up task: TaskID, _ done: @escaping @Sendable (TaskRecord?) -> Void) {
    guard loop.inEventLoop else {
      return loop.execute { self.assumeIsolated { $0.tell(task, done) } }
    }
    assumeIsolated { $0.tell(task, done) }
  }

  private func tell(_ task: TaskID, _ done: @escaping @Sendable (TaskRecord?) -> Void) {
    let record = state.record(task)
    if state.sequence <= durable { return done(record) }
    outbox.add(after: state.sequence) { [loop] in loop.execute { done(record) } }
    endTurn()
  }

  /// The queue now, once it is durable.
  func view() async -> QueueView { await read { $0.view } }

  /// The queue now, once a crash of the machine can't take it back, whatever the durability.
  func syncedView() async throws(StoreError) -> QueueView {
    let view = await view()
    try await committer.sync()
    return view
  }

  /// Calls back once, when this sequence is durable; in the place of an earlier such wish.
  nonisolated func notify(at sequence: UInt64, _ reached: @escaping @Sendable () -> Void) {
    loop.execute {
      self.assumeIsolated { queue in
        queue.milestone = (sequence, reached)
        queue.checkMilestone()
      }
    }
  }

  /// What a ``Snapshotter`` takes.
  nonisolated var snapshotSource: Snapshotter.Source {
    Snapshotter.Source {
      () async throws(StoreError) in
      try await self.syncedView()
    } notify: {
      self.notify(at: $0, $1)
    }
  }

  func checkMilestone() {
    guard let milestone, milestone.sequence <= durable else { return }
    self.milestone = nil
    milestone.reached()
  }

  // MARK: Deciding

  /// The time on both clocks, in milliseconds.
  var now: Moment { Moment(wall: clock.wall, monotonic: clock.monotonic) }

  /// Lets the last figures be seen while something is decided. Shared for the moment alone: the board would be copied with
  /// each new figure.
  func withFigures(_ body: (isolated TaskQueue) -> Void) {
    state.lastFigures = usage.assumeIsolated { $0.figures }
    body(self)
    state.lastFigures = [:]
  }

  /// Decides one command.
  /// - Parameter following: what is done with it, as one, once it is known what it came to.
  func decide(
    _ command: Command, following: (QueueState, Answer) -> Command? = { _, _ in nil }
  ) throws(Rejection) -> Answer {
    defer { carry() }
    state.lastFigures = usage.assumeIsolated { $0.figures }
    defer { state.lastFigures = [:] }
    return try linked.perform(command, at: now, entropy: &entropy, following: following)
  }

  /// Ends the work: everything decided is durable and told, then the journal is closed.
  func stop() async throws(StoreError) {
    await withCheckedContinuation { continuation in
      outbox.add(after: state.sequence) { continuation.resume() }
      endOfBatch()
    }
    advance(.end)
    watchdog.disarm()
    try await committer.close()
  }
}
