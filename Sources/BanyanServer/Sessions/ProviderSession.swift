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
  private let connection: SocketConnection
  private let principal: Principal
  private let context: SessionContext
  private let fields: FieldSet
  private var pipeline = RequestPipeline<Asked>()
  private var subscriptions: [CodePoints: Subscription] = [:]
  private var nextSubscription: UInt64 = 1
  /// Subscriptions with events to be sent, in turn: of a connection one is sent at a time, however many it holds.
  private var eager: Deque<Told> = []
  private var isTelling = false
  /// What the feed said of a subscription before the answer that it stands has left.
  private var early: [(told: Told, message: EventFeed.Message)] = []
  /// Reads that are under way; who has left waits for none.
  private var reads: [UInt64: Task<Void, Never>] = [:]

  /// Whom the feed's messages are for.
  private struct Told {
    let name: CodePoints
    /// Tells a subscription from an earlier one of the same name.
    let number: UInt64
    let id: MessageID
    /// Of the answer that it stands.
    let place: AnswerQueue.Place
  }

  /// A subscription of this connection: its events are sent in parts, as the other side takes them.
  private struct Subscription {
    let told: Told
    /// Of the batch in hand, what is not sent yet.
    var notices: ArraySlice<EventFeed.Notice> = []
  }

  /// A request whose answer is still to come.
  private enum Asked {
    case submit(MessageID?)
    /// With how many tasks more the filter matched that are others'.
    case cancel(MessageID?, others: Int = 0)
    case cancelMatching(CancelRequest, Filter)
    case get(GetRequest)

    var id: MessageID? {
      switch self {
      case .submit(let id), .cancel(let id, _): id
      case .cancelMatching(let request, _): request.id
      case .get(let request): request.id
      }
    }

    /// What its time is counted as.
    var kind: RequestMeter.Message {
      switch self {
      case .submit: .submit
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
  private func carryOut() {
    let effects = pipeline.drain()
    if !effects.requests.isEmpty { context.queue.post(effects.requests, from: self) }
    connection.send(effects.messages)
    guard pipeline.intake != .closed else { return }
    if effects.reads { connection.resumeReading() } else { connection.pauseReading() }
    tellEarly()
  }

  /// The large answer is taken, or as good as: what waits behind it may go on.
  private func goOn() {
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
      ask(.command(.submit(Submission(tasks: submit.drafts, by: principal, key: key))), as: .submit(submit.id))
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

  // MARK: Watching

  /// Text of events that is sent at once; the next is made when the other side has taken it.
  private static let eventBytes = 256 << 10

  /// A number and a text that look alike are two names, and a number is one name, however it is written.
  private static func name(_ id: MessageID) -> CodePoints {
    switch id {
    case .number(let number): CodePoints("\(number)")
    case .real(let number): CodePoints(Int64(exactly: number).map { "\($0)" } ?? "\(number)")
    case .numeral(let numeral): CodePoints(numeral.text)
    case .text(let text): CodePoints("\"\(text)")
    }
  }

  private func subscribe(_ subscribe: SubscribeMessage) {
    let loop = connection.eventLoop
    let told = Told(
      name: Self.name(subscribe.id), number: nextSubscription, id: subscribe.id, place: pipeline.reserve())
    nextSubscription += 1
    // One that stands already stays; the feed refuses the new one.
    if subscriptions[told.name] == nil { subscriptions[told.name] = Subscription(told: told) }
    context.feed.subscribe(
      ObjectIdentifier(self), name: told.name, tasks: subscribe.tasks.map(Set.init), from: subscribe.fromSequence
    ) { [weak self] message in
      guard let session = self else { return }
      loop.execute { session.assumeIsolated { $0.tell(message, told) } }
    }
  }

  private func stands(_ told: Told) -> Bool { subscriptions[told.name]?.told.number == told.number }

  /// What the feed says, on the connection's loop, in its order. Events of a subscription follow the answer that it stands,
  /// which may wait for the answers before it.
  private func tell(_ message: EventFeed.Message, _ told: Told) {
    switch message {
    case .subscribed(let sequence):
      answer(told.place) { SubscribedMessage(id: told.id, sequence: sequence).encode(into: &$0) }
      carryOut()
    case .refused(let rejection):
      if stands(told) { subscriptions[told.name] = nil }
      answer(told.place) { ErrorMessage(id: told.id, rejection).encode(into: &$0) }
      carryOut()
    case .lagged, .events:
      early.append((told, message))
      tellEarly()
    }
  }

  private func tellEarly() {
    guard !early.isEmpty else { return }
    let waiting = early
    early = []
    for (told, message) in waiting where stands(told) {
      guard pipeline.hasLeft(told.place) else {
        early.append((told, message))
        continue
      }
      switch message {
      case .lagged(let from, let to):
        var text: [UInt8] = []
        LaggedMessage(subscription: told.id, from: from, to: to).encode(into: &text)
        connection.send([text])
      case .events(let notices):
        subscriptions[told.name]?.notices = notices[...]
        eager.append(told)
      case .subscribed, .refused: break
      }
    }
    tellNext()
  }

  /// Sends a part of what the next subscription has; the one behind it follows when the other side has taken that.
  private func tellNext() {
    while !isTelling, let told = eager.popFirst() {
      guard let isLast = sendEvents(told) else { continue }
      isTelling = true
      connection.whenDrained { [weak self] in
        self?.assumeIsolated { session in
          session.isTelling = false
          if !isLast {
            session.eager.append(told)
          } else if session.stands(told) {
            session.context.feed.ready(ObjectIdentifier(session), name: told.name)
          }
          session.tellNext()
        }
      }
    }
  }

  /// Sends a part of the batch in hand.
  /// - Returns: whether it was the last, behind which the feed may give the next; nil: the subscription has ended.
  private func sendEvents(_ told: Told) -> Bool? {
    guard var subscription = subscriptions[told.name], stands(told) else { return nil }
    var texts: [[UInt8]] = []
    var size = 0
    while size < Self.eventBytes, let notice = subscription.notices.popFirst() {
      for event in notice.event.parts {
        var text: [UInt8] = []
        EventMessage(subscription: told.id, sequence: notice.sequence, time: notice.time, event).encode(into: &text)
        size += text.count
        texts.append(text)
      }
    }
    subscriptions[told.name] = subscription
    connection.send(texts)
    return subscription.notices.isEmpty
  }

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
        session.early = []
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
      case (.cancel(let id, let others), .success(.cancelled(let tasks))):
        CancelledMessage(
          id: id, results: tasks.map { .init(task: $0.task, state: $0.state) }, others: others,
          limit: SocketLimits.largestMessage
        ).encode(into: &text)
      case (let request, .failure(let rejection)): ErrorMessage(id: request.id, rejection).encode(into: &text)
      case (let request, .success):
        ErrorMessage(id: request.id, code: 500, message: "The server's answer doesn't fit.").encode(into: &text)
      }
    }
  }

  /// Filters elsewhere, and comes back with the answer.
  private func read(_ tag: UInt64, on view: QueueView) {
    guard let pending = pipeline.settle(tag), pipeline.intake != .closed else { return }
    let reader = LongReads.Asker(user: principal.user)
    switch pending.request {
    case .get(let get):
      let options = DocumentOptions(
        dates: .iso8601, environments: ShownEnvironments(for: principal), projection: get.query.projection)
      let (usage, limit) = (context.usage, SocketLimits.largestMessage)
      read(
        tag,
        { () throws(Rejection) in
          let figures = await usage.current()
          return try await LongReads.shared.run(for: reader) { effort throws(Rejection) in
            var selection = try view.select(get.query, effort)
            selection.items = figures.complete(selection.items)
            var text: [UInt8] = []
            let left = try ItemsMessage.encode(
              id: get.id, selection, sequence: view.sequence, options: options, limit: limit, effort, into: &text)
            return left == nil ? Self.tooLarge(get.id) : text
          }
        }
      ) { session, text in
        session.finish(pending, text)
      } refused: { session, rejection in
        var text: [UInt8] = []
        ErrorMessage(id: get.id, rejection).encode(into: &text)
        session.finish(pending, text)
      }
    case .cancelMatching(let request, let filter):
      read(
        tag,
        { [principal] () throws(Rejection) in
          try await LongReads.shared.run(for: reader) { effort throws(Rejection) in
            try view.ids(matching: filter, changedBy: principal, effort)
          }
        }
      ) { session, found in
        session.cancel(found.ids, others: found.others, request, pending.place)
      } refused: { session, rejection in
        session.answer(pending.place) { ErrorMessage(id: request.id, rejection).encode(into: &$0) }
        session.goOn()
      }
    case .submit, .cancel: break
    }
  }

  /// Reads elsewhere, as long as somebody is there to be told, and comes back.
  private func read<Value: Sendable>(
    _ tag: UInt64, _ body: @escaping @Sendable () async throws(Rejection) -> Value,
    _ done: @escaping @Sendable (isolated ProviderSession, Value) -> Void,
    refused: @escaping @Sendable (isolated ProviderSession, Rejection) -> Void
  ) {
    reads[tag] = Task { [weak self] in
      do throws(Rejection) {
        let value = try await body()
        await self?.end(tag) { done($0, value) }
      } catch {
        await self?.end(tag) { refused($0, error) }
      }
    }
  }

  private func end(_ tag: UInt64, _ body: @Sendable (isolated ProviderSession) -> Void) {
    guard reads.removeValue(forKey: tag) != nil else { return }
    body(self)
  }

  private static func tooLarge(_ id: MessageID?) -> [UInt8] {
    var text: [UInt8] = []
    ErrorMessage(
      id: id, code: Rejection.Kind.tooLarge.rawValue,
      message:
        "The first item alone is more than the \(SocketLimits.largestMessage) bytes of a message; ask for less of it by projection."
    ).encode(into: &text)
    return text
  }

  private func finish(_ pending: RequestPipeline<Asked>.Pending, _ text: [UInt8]) {
    context.meter.answered(.get, since: pending.since)
    pipeline.answer(pending.place, text)
    carryOut()
    connection.whenDrained { [weak self] in self?.assumeIsolated { $0.goOn() } }
  }

  /// One command, whatever became of them since they were found: nothing can begin between two of them, and what began
  /// meanwhile is told to stop.
  private func cancel(_ tasks: [TaskID], others: Int, _ request: CancelRequest, _ place: AnswerQueue.Place?) {
    pipeline.ask(
      .command(.cancel(tasks, grace: request.grace, by: principal)), as: .cancel(request.id, others: others),
      place: place, at: RequestMeter.now())
    goOn()
  }

  /// Answers the request at hand, which asks the queue nothing.
  private func answer(_ encode: (inout [UInt8]) -> Void) { answer(pipeline.reserve(), encode) }

  private func answer(_ place: AnswerQueue.Place?, _ encode: (inout [UInt8]) -> Void) {
    var text: [UInt8] = []
    encode(&text)
    pipeline.answer(place, text)
  }
}

extension Event {
  /// An event that names more tasks than a message can hold is told in several, of one sequence.
  fileprivate var parts: [Event] {
    let most = 100_000
    guard case .tasksForgotten(let ids) = self, ids.count > most else { return [self] }
    return stride(from: 0, to: ids.count, by: most).map { start in
      .tasksForgotten(Array(ids[start..<min(start + most, ids.count)]))
    }
  }
}
