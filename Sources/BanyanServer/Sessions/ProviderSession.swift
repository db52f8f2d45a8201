import BanyanCore
import BanyanWire
import Collections
import Crypto
import NIOCore

/// One connected provider or viewer: submits, cancels, reads, watches. It runs on the connection's event loop; what
/// takes long (a filter over all tasks) is done elsewhere, and its answer keeps its place among the others.
actor ProviderSession: SessionHandler, Recipient {
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    connection.eventLoop.executor.asUnownedSerialExecutor()
  }

  nonisolated let connectionID = ConnectionID.next()
  let connection: SocketConnection
  let principal: Principal
  let context: SessionContext
  private let fields: FieldSet
  var pipeline = RequestPipeline<Asked>()
  var subscriptions: [CodePoints: Subscription] = [:]
  var nextSubscription: UInt64 = 1
  /// Subscriptions with events to be sent, in turn: of a connection one is sent at a time, however many it holds.
  var due: Deque<SubscriptionKey> = []
  /// A part of a subscription's events is on its way, and isn't taken yet.
  var isTelling = false
  /// What the feed said of subscriptions before the answers that they stand have left.
  var heldBack: [(key: SubscriptionKey, message: EventFeed.Message)] = []
  /// Reads that are under way; who has left waits for none.
  var reads: [UInt64: Task<Void, Never>] = [:]

  /// Names one subscription, also among earlier and later ones of the same name: whom a message of the feed is for.
  struct SubscriptionKey {
    let name: CodePoints
    /// Tells a subscription from an earlier one of the same name.
    let number: UInt64
    let id: MessageID
    /// The place of the answer that it stands: no event leaves before that.
    let place: AnswerQueue.Place
  }

  /// A subscription of this connection: its events are sent in parts, as the other side takes them.
  struct Subscription {
    let key: SubscriptionKey
    /// Of the batch in hand, what is not sent yet.
    var notices: ArraySlice<EventFeed.Notice> = []
    /// Behind them: how jobs stand.
    var jobs: [JobNotice] = []
    /// All up to here is told by the batch in hand.
    var seen: UInt64 = 0
  }

  /// A request whose answer is still to come.
  enum Asked {
    case submit(MessageID?)
    /// With the remarks on its document.
    case submitJob(MessageID?, remarks: [String])
    /// With how many tasks more the filter matched that are others'.
    case cancel(MessageID?, others: Int = 0)
    case cancelMatching(CancelRequest, Filter)
    case get(GetRequest)

    var id: MessageID? {
      switch self {
      case .submit(let id), .submitJob(let id, _), .cancel(let id, _): id
      case .cancelMatching(let request, _): request.id
      case .get(let request): request.id
      }
    }

    /// What its time is counted as.
    var kind: RequestMeter.Message {
      switch self {
      case .submit, .submitJob: .submit
      case .cancel, .cancelMatching: .cancel
      case .get: .get
      }
    }
  }

  init(connection: SocketConnection, principal: Principal, context: SessionContext) {
    self.connection = connection
    self.principal = principal
    self.context = context
    fields = .tasks(environments: ShownEnvironments(for: principal))
    context.queue.attach(self, user: principal.user)
  }

  nonisolated var isOpen: Bool { !connection.isClosing }
  nonisolated var lastHeard: Int64 { Int64(clamping: connection.lastHeard / 1_000_000) }

  // MARK: From the provider

  nonisolated func received(_ messages: [ByteBuffer]) { assumeIsolated { $0.receive(messages) } }

  private func receive(_ messages: [ByteBuffer]) {
    pipeline.receive(messages)
    process()
  }

  /// Handles the messages whose turn has come.
  private func process() {
    while let next = pipeline.next() {
      switch next {
      case .parseHere(let message): handle(ProviderReading(message, by: principal.role, fields: fields))
      case .parseElsewhere(let message):
        Task.detached { [weak self, fields, principal] in
          let reading = ProviderReading(message, by: principal.role, fields: fields)
          await self?.finish(reading)
        }
      }
    }
    carryOut()
  }

  private func finish(_ reading: ProviderReading) {
    guard pipeline.endParsing() else { return }
    handle(reading)
    process()
  }

  /// Does what the pipeline says is to be done now.
  func carryOut() {
    let effects = pipeline.drain()
    if !effects.requests.isEmpty { context.queue.post(effects.requests, from: self) }
    connection.send(effects.messages)
    guard pipeline.intake != .closed else { return }
    if effects.reads { connection.resumeReading() } else { connection.pauseReading() }
    tellHeldBack()
  }

  /// The large answer is taken, or as good as: what waits behind it may go on.
  func resumeIntake() {
    pipeline.release()
    process()
  }

  private func handle(_ reading: ProviderReading) {
    do {
      try handle(reading.request.get())
    } catch {
      answer { ErrorMessage(id: reading.id, unread: error).encode(into: &$0) }
    }
  }

  /// A read of tasks holds what comes behind it until its answer is taken: a connection has one large answer at a time,
  /// and no more than the other side takes.
  private func handle(_ request: ProviderRequest) throws(Rejection) {
    switch request {
    case .authenticate(let message):
      pipeline.answer(context.authenticate(message, as: principal, from: connection.remoteAddress))
    case .submit(let submit):
      let key = submit.key.map { ($0, Array(SHA256.hash(data: submit.canonicalBody ?? []))) }
      switch submit.content {
      case .tasks(let drafts):
        ask(.command(.submit(Submission(tasks: drafts, by: principal, key: key))), as: .submit(submit.id))
      case .job(let job):
        ask(
          .command(.submitJob(job.submission(by: principal, key: key))),
          as: .submitJob(submit.id, remarks: job.remarks))
      }
    case .cancel(let cancel):
      switch cancel.target {
      case .tasks(let tasks):
        ask(.command(.cancel(tasks, grace: cancel.grace, by: principal)), as: .cancel(cancel.id))
      case .matching(let filter):
        ask(.view, as: .cancelMatching(cancel, filter))
        pipeline.hold()
      }
    case .get(let get):
      ask(.view, as: .get(get))
      pipeline.hold()
    case .subscribe(let subscribe): self.subscribe(subscribe)
    case .unsubscribe(let unsubscribe):
      let name = Self.name(unsubscribe.subscription)
      subscriptions[name] = nil
      context.feed.unsubscribe(ObjectIdentifier(self), name: name)
      answer { UnsubscribedMessage(id: unsubscribe.id).encode(into: &$0) }
    }
  }

  private func ask(_ question: TaskQueue.Request, as asked: Asked) {
    pipeline.ask(question, as: asked, at: RequestMeter.now())
  }

  // MARK: The end

  nonisolated func quiesce(code: UInt16, reason: String) {
    assumeIsolated { session in
      session.carryOut()
      session.connection.close(code: code, reason: reason)
    }
  }

  nonisolated func closed() {
    connection.eventLoop.execute {
      self.assumeIsolated { session in
        session.pipeline.close()
        session.heldBack = []
        for read in session.reads.values { read.cancel() }
        session.reads = [:]
        session.context.feed.leave(ObjectIdentifier(session))
      }
    }
    context.queue.detach(self)
  }

  // MARK: From the queue

  nonisolated func deliver(_ deliveries: [Delivery]) {
    connection.eventLoop.execute { self.assumeIsolated { $0.handle(deliveries) } }
  }

  private func handle(_ deliveries: [Delivery]) {
    for delivery in deliveries {
      switch delivery.content {
      case .answer(let result): answer(delivery.tag, result)
      case .view(let view): read(delivery.tag, on: view)
      case .close(let code, let reason):
        carryOut()
        connection.close(code: code, reason: reason)
      case .requestUsage, .listen, .cancel, .deregister: break
      }
    }
    process()
  }

  private func answer(_ tag: UInt64, _ result: Result<Answer, Rejection>) {
    guard let pending = pipeline.settle(tag) else { return }
    context.meter.answered(pending.request.kind, since: pending.since)
    answer(pending.place) { text in
      switch (pending.request, result) {
      case (.submit(let id), .success(.submitted(let tasks))):
        SubmittedMessage(id: id, tasks: tasks).encode(into: &text)
      case (.submitJob(let id, let remarks), .success(.jobSubmitted(let receipt))):
        SubmittedMessage(id: id, receipt, remarks: remarks).encode(into: &text)
      case (.submitJob(let id, _), .failure(let rejection)):
        ErrorMessage(id: id, rejection.nested(in: "job")).encode(into: &text)
      case (.cancel(let id, let others), .success(.cancelled(let tasks))):
        CancelledMessage(
          id: id, results: tasks.map { .init(task: $0.task, state: $0.state) }, others: others,
          limit: SocketLimits.maxMessageBytes
        ).encode(into: &text)
      case (let request, .failure(let rejection)): ErrorMessage(id: request.id, rejection).encode(into: &text)
      case (let request, .success):
        ErrorMessage(id: request.id, code: 500, message: "The server's answer doesn't fit.").encode(into: &text)
      }
    }
  }

  /// Answers the request at hand, which asks the queue nothing.
  private func answer(_ encode: (inout [UInt8]) -> Void) { answer(pipeline.reserve(), encode) }

  func answer(_ place: AnswerQueue.Place?, _ encode: (inout [UInt8]) -> Void) {
    var text: [UInt8] = []
    encode(&text)
    pipeline.answer(place, text)
  }
}
