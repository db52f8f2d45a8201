import BanyanCore
import BanyanStore
import Collections
import Logging
import NIOCore

/// The queue: owns the ``LinkedQueue``, which decides, one command after the other. Deciding, applying and handing to the
/// journal are one synchronous stretch; answers leave through the ``Outbox`` once what they show is durable.
///
/// It runs on an event loop of its own, so that what connections post comes in their order and without a hop each.
actor TaskQueue {
  nonisolated let loop: any EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  /// What a connection asks for.
  enum Request: Sendable {
    case command(Command)
    /// Like ``Command/claim(_:)``, but stays open until something fits or ``endWait`` comes.
    case waitingClaim(Claim)
    /// Answers the connection's open claim with no tasks, if it has this tag still.
    case endWait(tag: UInt64)
    /// Of what a claim was given this could not be told: its connection closes, or the answer would be too large. It goes
    /// back, unless its worker is back on another connection.
    case untold(WorkerID, [AttemptReport])
    /// The queue at this turn.
    case view
  }

  /// A request, and what its asker calls it.
  struct Posted: Sendable {
    var tag: UInt64
    var request: Request
  }

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
  var gathered: [Frame] = []
  var isCommitting = false
  /// The end of the turn is on its way.
  private var isTurnEnding = false
  /// So many frames shared the last write.
  private var lastGroup = 0
  /// A write waits for others to share it.
  private var company: Company = .none

  private enum Company {
    case none, awaited
    /// Nobody waits any longer.
    case given
  }
  /// What was done, in figures.
  var meter = QueueMeter()
  /// False while the disk is full: no new tasks then.
  var hasRoom: Bool {
    get { linked.hasRoom }
    set { linked.hasRoom = newValue }
  }
  var isLookingForRoom = false
  /// After the disk failed: nothing is answered any more.
  var isBroken: Bool {
    get { linked.isBroken }
    set { linked.isBroken = newValue }
  }
  /// Connections that have not ended.
  var recipients: [ConnectionID: any Recipient] = [:]
  /// When a worker was last asked what it uses, on the monotonic clock.
  var usageAskedAt: [WorkerID: Int64] = [:]
  /// On the monotonic clock.
  private(set) var startedAt: Int64 = 0
  /// Something that has a deadline changed since the watchdog was armed.
  var isWatchdogStale = true
  /// When the watchdog wakes, on the monotonic clock; nil: it doesn't.
  var armedFor: Int64?
  /// The soonest delay that the watchdog was armed for: however a task came by one, it is seen here.
  var armedDelay: Int64?

  /// Whoever wants to know when so much has happened.
  private var milestone: (sequence: UInt64, reached: @Sendable () -> Void)?

  private let committer: Committer
  let feed: EventFeed
  let watchdog: Watchdog
  let usage: UsageBoard
  private let observers: Observers
  private let onFailure: @Sendable (StoreError) -> Void
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

  /// What a connection brought, in order. Answers are delivered to the recipient with the tags.
  nonisolated func post(_ batch: [Posted], from recipient: any Recipient) {
    let posted = RequestMeter.now()
    loop.execute {
      self.assumeIsolated { queue in
        queue.observers.requests.spent(RequestMeter.now() &- posted, on: .queueing)
        for posted in batch { queue.handle(posted, from: recipient) }
        queue.endTurn()
      }
    }
  }

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

  private func checkMilestone() {
    guard let milestone, milestone.sequence <= durable else { return }
    self.milestone = nil
    milestone.reached()
  }

  // MARK: Deciding

  /// The time now.
  var now: Moment { Moment(wall: clock.wall, monotonic: clock.monotonic) }

  private func handle(_ posted: Posted, from recipient: any Recipient) {
    let request: LinkedQueue.Request
    switch posted.request {
    case .command(let command): request = .command(command)
    case .waitingClaim(let claim): request = .claim(claim, waits: true)
    case .endWait(let tag): request = .endWait(tag: tag)
    case .untold(let worker, let reports): request = .untold(worker, reports)
    case .view:
      return outbox.add(Delivery(tag: posted.tag, content: .view(state.view)), to: recipient, after: state.sequence)
    }
    withFigures { queue in
      queue.linked.take(
        request, tag: posted.tag, from: recipient.connectionID, at: queue.now, entropy: &queue.entropy)
    }
    carry(to: recipient)
  }

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

  /// Carries off what was decided: to the journal as one frame a command, to those who count and keep account, and what
  /// is to be told to the outbox.
  /// - Parameter asker: the connection at hand, which is answered even where it has ended meanwhile.
  func carry(to asker: (any Recipient)? = nil) {
    for done in linked.takeDone() {
      switch done.result {
      case .success(let outcome):
        if !outcome.events.isEmpty {
          gathered.append(Frame(firstSequence: done.firstSequence, time: done.time, events: outcome.events))
          follow(outcome.events)
        }
        if let audit = observers.audit { note(done.command, outcome.answer, in: audit) }
      case .failure(let error):
        if let entry = AuditEntry(done.command, refusal: error, made: []) {
          observers.audit?.note(entry)
        }
        if done.command.isOfTheServer { logger.error("What was due could not be done: \(error.message)") }
      }
    }
    for letter in linked.takeLetters() {
      let recipient = asker?.connectionID == letter.connection ? asker : recipients[letter.connection]
      guard let recipient else { continue }
      outbox.add(Delivery(letter), to: recipient, after: letter.after)
    }
  }

  private func note(_ command: Command, _ answer: Answer, in audit: AuditLog) {
    if case .report(let worker, _) = command, case .judged(let verdicts) = answer {
      // Each is judged alone: the message was done, some of it may have been refused.
      for (task, refusal) in verdicts {
        guard let refusal, refusal.kind.isAboutRights else { continue }
        audit.note(
          AuditEntry(
            by: state.worker(worker)?.record.name ?? "\(worker)", action: "report", count: 1,
            subjects: [task.description], refusal: refusal))
      }
    } else if let entry = AuditEntry(command, refusal: nil, made: answer.made) {
      audit.note(entry)
    }
  }

  // MARK: Committing

  /// Ends the turn behind all that waits for one already: what came at the same time shares a write.
  func endTurn() {
    guard !isTurnEnding else { return }
    isTurnEnding = true
    loop.execute {
      self.assumeIsolated { queue in
        queue.isTurnEnding = false
        queue.endOfBatch()
      }
    }
  }

  /// What a batch decided goes to the disk, unless a write is under way: then it goes with the next one.
  func endOfBatch() {
    linked.serveOpenClaims(at: now, entropy: &entropy)
    carry()
    armWatchdog()
    if !isCommitting, !gathered.isEmpty, !isBroken, !awaitsCompany() {
      isCommitting = true
      company = .none
      lastGroup = gathered.count
      let frames = gathered
      gathered = []
      if let outcome = committer.commitAtOnce(frames) { return finish(frames, outcome) }
      committer.commit(frames) { outcome in self.committed(frames, outcome) }
    }
    if !isBroken { outbox.release(upTo: durable) }
  }

  /// Whether a write waits a little. Those who were answered together ask again together: the first of them would have a
  /// write of its own, and all others wait for the next. So it waits for as many as shared the last one, for at most half
  /// of what a write takes. Who is alone never waits.
  private func awaitsCompany() -> Bool {
    guard gathered.count < lastGroup else { return false }
    switch company {
    case .given: return false
    case .awaited: return true
    case .none:
      let patience = min(committer.typicalTime / 2, Self.mostPatience)
      guard patience >= Self.leastPatience else { return false }
      company = .awaited
      loop.scheduleTask(in: .nanoseconds(Int64(patience))) {
        self.assumeIsolated { queue in
          guard case .awaited = queue.company else { return }
          queue.company = .given
          queue.endOfBatch()
        }
      }
      return true
    }
  }

  /// Nanoseconds: less than a timer tells apart, and more than anybody should wait for others.
  private static let (leastPatience, mostPatience): (UInt64, UInt64) = (20_000, 1_000_000)

  private nonisolated func committed(_ frames: [Frame], _ outcome: Committer.Outcome) {
    loop.execute { self.assumeIsolated { $0.finish(frames, outcome) } }
  }

  private func finish(_ frames: [Frame], _ outcome: Committer.Outcome) {
    switch outcome {
    case .durable(let sequence, let hasRoom):
      if hasRoom != self.hasRoom {
        logger.notice(
          hasRoom ? "The journal's disk has room again." : "The journal's disk is full: no new tasks are taken.")
      }
      self.hasRoom = hasRoom
      isCommitting = false
      durable = max(durable, sequence)
      checkMilestone()
      feed.publish(frames)
      if frames.contains(where: { $0.events.contains(where: \.isAboutUsers) }) { onUsersChanged(state.allUsers) }
      if !hasRoom { lookForRoomLater() }
      endOfBatch()
    case .full:
      if hasRoom { logger.error("The journal's disk is full: nothing can be acknowledged until there is room.") }
      hasRoom = false
      retryLater(frames)
    case .failed(let error):
      isBroken = true
      logger.critical("The journal can't be written: \(error.message)")
      onFailure(error)
    }
  }

  /// What is left of a full disk goes to reports and cancellations. Nothing tells when there is room again: it is
  /// looked for once a second.
  private func lookForRoomLater() {
    guard !isLookingForRoom else { return }
    isLookingForRoom = true
    _ = clock.schedule(at: clock.monotonic + 1000, on: loop) {
      self.assumeIsolated { queue in
        queue.isLookingForRoom = false
        guard !queue.isCommitting, !queue.isBroken else { return }
        queue.isCommitting = true
        queue.committer.commit([]) { queue.committed([], $0) }
      }
    }
  }

  /// Not even a report had room: these frames are tried again until they have. Their answers wait.
  private func retryLater(_ frames: [Frame]) {
    _ = clock.schedule(at: clock.monotonic + 1000, on: loop) {
      self.assumeIsolated { queue in
        queue.committer.commit([]) { queue.committed(frames, $0) }
      }
    }
  }

  /// Ends the work: everything decided is durable and told, then the journal is closed.
  func stop() async throws(StoreError) {
    await withCheckedContinuation { continuation in
      outbox.add(after: state.sequence) { continuation.resume() }
      endOfBatch()
    }
    isBroken = true
    watchdog.disarm()
    try await committer.close()
  }
}

/// What the queue is told about leases.
struct QueueConfiguration: Sendable {
  /// Milliseconds that a silent worker on a socket keeps its attempts.
  var lease: Int64 = 300_000
  /// The same for one that speaks REST only.
  var restLease: Int64 = 600_000
  /// Anybody on the machine is a provider.
  var isOpen = false
  /// Milliseconds between a worker's heartbeats: a tenth of the lease, at most 10 s.
  var heartbeat: Int64 { max(100, min(10_000, lease / 10)) }
}

extension Answer {
  /// The tasks that a submission made; of many the first.
  fileprivate var made: [TaskID] {
    if case .submitted(let tasks) = self { Array(tasks.prefix(AuditEntry.mostSubjects)) } else { [] }
  }
}

extension Event {
  var isAboutUsers: Bool {
    switch self {
    case .userChanged, .userRevoked: true
    default: false
    }
  }
}

extension Command {
  /// Nobody asked for it: its time had come.
  fileprivate var isOfTheServer: Bool {
    switch self {
    case .tick, .expireLeases: true
    default: false
    }
  }
}
