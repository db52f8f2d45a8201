import Collections

/// The queue, and who is connected to it: a value. What connections ask and what befalls them goes in; letters come out,
/// and what was done, for the journal.
///
/// A worker's *link* is the one connection that speaks for it. A link's life:
///
///     attach ─▶ hello ─▶ link ─▶ (replaced, revoked, unregistered, closing, ended) ─▶ nothing is given to it any more
///
/// A claim belongs to the connection that made it. Whether that one still is its worker's link, and was heard within its
/// lease, is looked at when the claim is decided, not when it was made.
///
/// The parts: `+Links` (who is connected), `+Claims` (claims that wait), `+Leases` (whose silence is borne how long).
public struct LinkedQueue: Sendable {
  /// The queue itself. Commands go through ``LinkedQueue/perform(_:at:entropy:following:)``, so that those who are connected hear of them.
  public var state: QueueState

  /// Milliseconds that a silent worker on a socket keeps its attempts.
  public var lease: Int64 = 300_000
  /// The same for one that speaks REST only.
  public var restLease: Int64 = 600_000
  /// Anybody on the machine is a provider: a provider's revocation takes nothing from those who ask without a token.
  public var isOpen = false
  /// False while the disk is full: no new tasks then.
  public var hasRoom = true
  /// After the disk failed: nothing is decided any more.
  public var isBroken = false

  /// Connections that have not ended.
  var connections: [ConnectionID: Connection] = [:]
  /// The link of each worker that has one.
  var links: [WorkerID: Link] = [:]
  /// A worker has one at most; the one that has waited longest is first.
  var claims: OrderedDictionary<WorkerID, OpenClaim> = [:]
  /// How many of these name a task.
  var namedClaims = 0
  var leases = LeaseBook<WorkerID>()
  /// The leases of folders that workers have left: nobody renews them.
  var folderLeases = LeaseBook<FolderLease>()
  /// Users that were revoked since the server started: what they asked before may still be on its way.
  var revoked: Set<UserID> = []

  private var done: [Done] = []
  private var letters: [Letter] = []

  /// A queue to which nobody is connected.
  public init(state: QueueState) { self.state = state }

  struct Connection: Sendable {
    let peer: any Peer
    let user: UserID
    /// The worker that it speaks for, and its name, once it has said hello.
    var worker: (id: WorkerID, name: String)?
    /// The server closes it: it was replaced, revoked or unregistered.
    var isClosed = false

    /// It may be given something.
    var isServed: Bool { !isClosed && peer.isOpen }
  }

  struct Link: Sendable {
    var connection: ConnectionID
    var instance: String
  }

  /// What a connection asks.
  public enum Request: Sendable {
    case command(Command)
    /// `waits`: it stays open until something fits.
    case claim(Claim, waits: Bool)
    /// The connection's open claim with this tag is answered with no tasks.
    case endWait(tag: UInt64)
    case hello(Hello)
    /// Of what a claim was given this could not be told: its connection closes, or the answer would be too large.
    case untold(WorkerID, [AttemptReport])
  }

  /// A command that was carried out, or refused.
  public struct Done: Sendable {
    /// The command that was asked for.
    public var command: Command
    /// The number of its first event.
    public var firstSequence: UInt64
    /// When, milliseconds since 1970.
    public var time: Int64
    /// What came of it.
    public var result: Result<QueueState.Outcome, Rejection>
  }

  /// Something that a connection is told, once all events up to `after` are durable.
  public struct Letter: Sendable {
    /// The connection that is told.
    public var connection: ConnectionID
    /// What it called its request; 0 for what nobody asked for.
    public var tag: UInt64
    /// What it is told.
    public var content: Content
    /// The last event that it shows.
    public var after: UInt64

    /// What a connection is told.
    public enum Content: Sendable {
      /// The answer to its request.
      case answer(Result<Answer, Rejection>)
      /// Its worker has to end these.
      case cancel([Cancellation])
      /// Its worker's registration ends.
      case deregister(deadline: Int64)
      /// It has to end.
      case close(Closing)
      /// It is silent past its lease: the queue wants to know when it is heard again (``LinkedQueue/heardAgain(_:)``).
      case listen(since: Int64)
    }

    /// Why the server closes a connection.
    public enum Closing: Sendable {
      case replaced, revoked, unregistered
    }
  }

  /// Takes what was done since the last time, in order.
  public mutating func drainDone() -> [Done] {
    if done.isEmpty { return [] }
    defer { done = [] }
    return done
  }

  /// Takes what is to be told since the last time, in order.
  public mutating func drainLetters() -> [Letter] {
    if letters.isEmpty { return [] }
    defer { letters = [] }
    return letters
  }

  mutating func tell(_ connection: ConnectionID, tag: UInt64 = 0, _ content: Letter.Content) {
    letters.append(Letter(connection: connection, tag: tag, content: content, after: state.sequence))
  }

  mutating func answer(_ connection: ConnectionID, tag: UInt64, _ result: Result<Answer, Rejection>) {
    tell(connection, tag: tag, .answer(result))
  }

  // MARK: Asking

  /// What a connection asks. Its answer is a letter, which may come much later.
  public mutating func receive(
    _ request: Request, tag: UInt64, from connection: ConnectionID, at now: Moment, entropy: inout Entropy
  ) {
    hear(connection)
    switch request {
    case .command(.claim(let claim)):
      receiveClaim(claim, waits: false, tag: tag, from: connection, at: now, entropy: &entropy)
    case .command(.hello(let hello)), .hello(let hello):
      greet(hello, tag: tag, from: connection, at: now, entropy: &entropy)
    case .command(let command):
      answer(
        connection, tag: tag,
        result { queue throws(Rejection) in
          try queue.perform(command, at: now, entropy: &entropy)
        })
    case .claim(let claim, let waits):
      receiveClaim(claim, waits: waits, tag: tag, from: connection, at: now, entropy: &entropy)
    case .endWait(let tag): endWait(tag: tag, from: connection)
    case .untold(let worker, let reports):
      // One that is back on another connection was told of them in its welcome, and starts them or gives them back itself.
      if let link = links[worker], link.connection != connection { return }
      _ = result { queue throws(Rejection) in
        // Also of one that was revoked: this is the server's word, not the worker's.
        try queue.carryOut(.report(worker, reports), at: now, entropy: &entropy)
      }
    }
  }

  mutating func result(
    of body: (inout LinkedQueue) throws(Rejection) -> Answer
  ) -> Result<Answer, Rejection> {
    do throws(Rejection) { return .success(try body(&self)) } catch { return .failure(error) }
  }

  /// Does a command, and what follows from it for those who are connected; or changes nothing and tells why.
  /// - Parameters:
  ///   - command: what is asked.
  ///   - now: the time.
  ///   - entropy: where fresh identifiers and jitter come from.
  ///   - following: what is done with it, as one, once it is known what it came to.
  @discardableResult
  public mutating func perform(
    _ command: Command, at now: Moment, entropy: inout Entropy,
    following: (QueueState, Answer) -> Command? = { _, _ in nil }
  ) throws(Rejection) -> Answer {
    do throws(Rejection) { try admit(command) } catch {
      note(command, state.sequence + 1, now, .failure(error))
      throw error
    }
    // Whether an attempt is out of contact is seen at its worker's socket.
    if case .abandon(let task, _) = command, let worker = state.attempt(of: task)?.workerID, let link = links[worker] {
      hear(link.connection)
    }
    return try carryOut(command, at: now, entropy: &entropy, following: following)
  }

  private mutating func carryOut(
    _ command: Command, at now: Moment, entropy: inout Entropy,
    following: (QueueState, Answer) -> Command? = { _, _ in nil }
  ) throws(Rejection) -> Answer {
    let first = state.sequence + 1
    do throws(Rejection) {
      var outcome = try state.perform(command, at: now.wall, entropy: &entropy)
      if let next = following(state, outcome.answer) {
        // What was done stays done, whatever becomes of what follows.
        do throws(Rejection) {
          outcome.events += try state.perform(next, at: now.wall, entropy: &entropy).events
        } catch {
          note(next, state.sequence + 1, now, .failure(error))
        }
      }
      note(command, first, now, .success(outcome))
      follow(outcome.events, at: now)
      push(outcome.cancellations)
      return outcome.answer
    } catch {
      note(command, first, now, .failure(error))
      throw error
    }
  }

  private mutating func note(
    _ command: Command, _ first: UInt64, _ now: Moment,
    _ result: Result<QueueState.Outcome, Rejection>
  ) {
    done.append(Done(command: command, firstSequence: first, time: now.wall, result: result))
  }

  /// What keeps a command from being decided at all.
  private func admit(_ command: Command) throws(Rejection) {
    guard !isBroken else { throw Rejection(.unavailable, "The server is shutting down after a failure of its disk.") }
    if !hasRoom, command.makesTasks {
      throw Rejection(
        .storageFull, "The disk that holds the journal is full; nothing was made. Try again when there is room.")
    }
    guard !revoked.isEmpty else { return }
    if let principal = command.principal {
      guard revoked.contains(principal.user), !(isOpen && principal.role == .provider) else { return }
    } else {
      guard let worker = command.speaker.flatMap({ state.workers[$0] }), revoked.contains(worker.record.user) else {
        return
      }
    }
    throw Rejection(.unauthenticated, "The token was revoked.")
  }

  /// What events bring about for those who are connected.
  private mutating func follow(_ events: [Event], at now: Moment) {
    for event in events {
      switch event {
      case .taskClaimed(let task, let attempt):
        // Whoever is given something is heard, or it would not have asked.
        if !leases.isRunning(attempt.workerID) {
          leases.heard(attempt.workerID, at: now.monotonic, length: leaseLength(of: attempt.workerID))
        }
        markClaimsDue(of: task)
      case .attemptEnded(let task, _):
        if let worker = state.attempt(of: task)?.workerID { markClaimDue(of: worker) }
        markClaimsDue(of: task)
      case .taskCancelled(let task, _): markClaimsDue(of: task)
      case .tasksForgotten: markAllClaimsDue()
      case .workerChanged(let record):
        markClaimDue(of: record.id)
        keepFolderLeases(of: record, at: now)
        // One that was set aside is told at once, not when the next task comes.
        if record.quarantine != nil { refuseOpenClaim(of: record.id) }
        if let order = record.unregistering, let link = links[record.id] {
          tell(link.connection, .deregister(deadline: order.deadline))
        }
      case .workerRemoved(let worker, _, _):
        leases.forget(worker)
        forgetFolderLeases(of: worker)
        if let link = links[worker] { close(link.connection, .unregistered) }
      case .userRevoked(let user): revoke(user)
      default: break
      }
    }
  }

  /// Tells workers what they have to end. Who isn't connected is told when it is back.
  private mutating func push(_ cancellations: [Cancellation]) {
    guard !cancellations.isEmpty else { return }
    var orders: OrderedDictionary<WorkerID, [Cancellation]> = [:]
    for cancellation in cancellations { orders[cancellation.worker, default: []].append(cancellation) }
    for (worker, orders) in orders {
      if let link = links[worker] { tell(link.connection, .cancel(orders)) }
    }
  }
}

extension Command {
  /// It fills the disk, while others use what is left of it to come to an end.
  var makesTasks: Bool {
    switch self {
    case .submit, .submitJob, .retry, .retryJob: true
    default: false
    }
  }

  /// Who gives it, where it says so.
  var principal: Principal? {
    switch self {
    case .submit(let submission): submission.by
    case .submitJob(let submission): submission.by
    case .changeJob(let change): change.by
    case .retryJob(let retry): retry.by
    case .forgetJobs(_, let by): by
    case .retry(let retry): retry.by
    case .hello(let hello): hello.by
    case .update(_, let by), .measure(_, _, let by), .cancel(_, _, let by), .forget(_, _, let by), .abandon(_, let by),
      .registerWorker(_, let by), .changeWorker(_, _, let by), .unregisterWorker(_, _, let by):
      by
    case .addUser(_, _, _, _, let by), .revokeUser(_, let by): by
    case .claim, .started, .report, .expireLeases, .expireFolder, .keep, .start, .tick: nil
    }
  }

  /// The worker that says it of itself.
  fileprivate var speaker: WorkerID? {
    switch self {
    case .claim(let claim): claim.worker
    case .started(let worker, _), .report(let worker, _): worker
    default: nil
    }
  }
}
