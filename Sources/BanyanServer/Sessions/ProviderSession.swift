import BanyanCore
import BanyanJSON
import BanyanWire
import Collections
import Crypto
import NIOCore

/// One connected provider or viewer: submits, cancels, reads, watches. It runs on the connection's event loop; what
/// takes long (a filter over all tasks) is done elsewhere, and its answer comes at its place in the line.
actor ProviderSession: SessionHandler, Recipient {
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    connection.eventLoop.executor.asUnownedSerialExecutor()
  }

  nonisolated let connectionID = ConnectionID.next()
  private let connection: SocketConnection
  private let principal: Principal
  private let context: SessionContext
  private let fields: FieldSet
  private var line = AnswerLine()
  private var asked: [UInt64: (Asked, since: UInt64, cost: Int)] = [:]
  private var outstanding = Outstanding()
  /// Bytes of the message that is being read.
  private var size = 0
  private var nextTag: UInt64 = 1
  private var subscriptions: [String: Subscription] = [:]
  private var nextSubscription: UInt64 = 1
  /// Subscriptions with events to be sent, in turn: of a connection one is sent at a time, however many it holds.
  private var eager: Deque<(name: String, number: UInt64)> = []
  private var isTelling = false
  /// A read of tasks is under way, or its answer: what comes behind it waits, so that a connection has one large answer
  /// at a time and no more than the other side takes.
  private var isReadingTasks = false
  /// A long message is read elsewhere: what comes behind it waits.
  private var isReadingMessage = false
  /// What came behind either.
  private var backlog: Deque<ByteBuffer> = []
  /// Nobody is there any more: what is left is not done, and nothing new is watched.
  private var isClosed = false
  /// Reads that are under way; who has left waits for none.
  private var reads: [UInt64: Task<Void, Never>] = [:]

  /// Somebody watches.
  private struct Subscription {
    let id: MessageID
    /// Tells a subscription from an earlier one of the same name.
    let number: UInt64
    /// Of the batch in hand, what is not sent yet.
    var notices: ArraySlice<EventFeed.Notice> = []
  }

  /// A request whose answer is still to come.
  private enum Asked {
    case submit(MessageID?, place: UInt64)
    /// With how many tasks more the filter matched that are others'.
    case cancel(MessageID?, place: UInt64, others: Int = 0)
    case cancelMatching(CancelRequest, Filter, place: UInt64)
    case get(GetRequest, place: UInt64)

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

  nonisolated func received(_ messages: [ByteBuffer]) { assumeIsolated { $0.take(messages) } }

  private func take(_ messages: [ByteBuffer]) {
    backlog.append(contentsOf: messages)
    work()
  }

  /// Does what has come, up to the next read of tasks, or as much as may be unanswered.
  private func work() {
    guard !isClosed else { return }
    var batch: [TaskQueue.Posted] = []
    while canGoOn, let message = backlog.popFirst() { take(message, &batch) }
    if !batch.isEmpty { context.queue.post(batch, from: self) }
    connection.send(line.takeReady())
    if canGoOn { connection.resumeReading() } else { connection.pauseReading() }
  }

  private var canGoOn: Bool { !isReadingTasks && !isReadingMessage && !outstanding.isFull }

  /// The read's answer is taken, or as good as.
  private func goOn() {
    isReadingTasks = false
    work()
  }

  private func take(_ message: ByteBuffer, _ batch: inout [TaskQueue.Posted]) {
    let place = line.reserve()
    size = message.readableBytes
    guard size > Self.longMessage else {
      return take(Reading(message, by: principal.role, fields: fields), place, &batch)
    }
    isReadingMessage = true
    Task.detached { [weak self, fields, principal] in
      let reading = Reading(message, by: principal.role, fields: fields)
      await self?.finish(reading, place)
    }
  }

  private func finish(_ reading: Reading, _ place: UInt64) {
    isReadingMessage = false
    guard !isClosed else { return }
    var batch: [TaskQueue.Posted] = []
    take(reading, place, &batch)
    if !batch.isEmpty { context.queue.post(batch, from: self) }
    work()
  }

  private func take(_ reading: Reading, _ place: UInt64, _ batch: inout [TaskQueue.Posted]) {
    do {
      try take(reading.request.get(), place, &batch)
    } catch {
      refuse(ErrorMessage(id: reading.id, unread: error), place)
    }
  }

  /// Bytes of a message that takes more than a millisecond to be read. Others would wait for it on the connection's loop.
  private static let longMessage = 128 << 10

  /// A message, read.
  private struct Reading: Sendable {
    private(set) var id: MessageID?
    private(set) var request: Result<ProviderRequest, any Error>

    init(_ message: ByteBuffer, by role: Role, fields: FieldSet) {
      do {
        let document = try message.withUnsafeReadableBytes { try JSONDocument(parsing: $0) }
        id = try MessageID(of: document.root)
        // What it has no business with is not looked at.
        if let type = document.root["type"]?.string { try role.mayAsk(for: type) }
        guard let read = try ProviderRequest(document.root, fields: fields) else {
          throw Rejection.field("type", "is none that a provider sends; see the contract of banyan.v1")
        }
        request = .success(read)
      } catch {
        request = .failure(error)
      }
    }
  }

  private func take(
    _ request: ProviderRequest, _ place: UInt64, _ batch: inout [TaskQueue.Posted]
  ) throws(Rejection) {
    switch request {
    case .authenticate(let message):
      line.fill(place, context.authenticate(message, as: principal, from: connection.remoteAddress))
    case .submit(let submit):
      let key = submit.key.map { ($0, Array(SHA256.hash(data: submit.canonicalBody ?? []))) }
      ask(
        .submit(submit.id, place: place),
        .command(.submit(Submission(tasks: submit.drafts, by: principal, key: key))), &batch)
    case .cancel(let cancel):
      switch cancel.target {
      case .tasks(let tasks):
        ask(
          .cancel(cancel.id, place: place), .command(.cancel(tasks, grace: cancel.grace, by: principal)), &batch)
      case .matching(let filter):
        isReadingTasks = true
        ask(.cancelMatching(cancel, filter, place: place), .view, &batch)
      }
    case .get(let get):
      isReadingTasks = true
      ask(.get(get, place: place), .view, &batch)
    case .subscribe(let subscribe): self.subscribe(subscribe, place)
    case .unsubscribe(let unsubscribe):
      let name = Self.name(unsubscribe.subscription)
      subscriptions[name] = nil
      context.feed.unsubscribe(ObjectIdentifier(self), name: name)
      fill(place) { UnsubscribedMessage(id: unsubscribe.id).encode(into: &$0) }
    }
  }

  private func ask(_ asked: Asked, _ request: TaskQueue.Request, _ batch: inout [TaskQueue.Posted]) {
    self.asked[nextTag] = (asked, RequestMeter.now(), outstanding.asked(size: size))
    batch.append(TaskQueue.Posted(tag: nextTag, request: request))
    nextTag += 1
  }

  // MARK: Watching

  /// Text of events that is sent at once; the next is made when the other side has taken it.
  private static let eventBytes = 256 << 10

  /// A number and a text that look alike are two names.
  private static func name(_ id: MessageID) -> String {
    switch id {
    case .number(let number): "\(number)"
    case .real(let number): "\(number)"
    case .text(let text): "\"\(text)"
    }
  }

  private func subscribe(_ subscribe: SubscribeMessage, _ place: UInt64) {
    let loop = connection.eventLoop
    let name = Self.name(subscribe.id)
    let number = nextSubscription
    nextSubscription += 1
    // One that stands already stays; the feed refuses the new one.
    if subscriptions[name] == nil { subscriptions[name] = Subscription(id: subscribe.id, number: number) }
    context.feed.subscribe(
      ObjectIdentifier(self), name: name, tasks: subscribe.tasks.map(Set.init), from: subscribe.fromSequence
    ) { [weak self] message in
      guard let session = self else { return }
      loop.execute { session.assumeIsolated { $0.tell(message, of: name, number, subscribe.id, place) } }
    }
  }

  /// What the feed says, on the connection's loop, in its order.
  private func tell(
    _ message: EventFeed.Message, of name: String, _ number: UInt64, _ id: MessageID, _ place: UInt64
  ) {
    switch message {
    case .subscribed(let sequence):
      fill(place) { SubscribedMessage(id: id, sequence: sequence).encode(into: &$0) }
      connection.send(line.takeReady())
    case .refused(let rejection):
      if subscriptions[name]?.number == number { subscriptions[name] = nil }
      refuse(ErrorMessage(id: id, rejection), place)
      connection.send(line.takeReady())
    case .lagged(let from, let to):
      guard subscriptions[name]?.number == number else { return }
      var text: [UInt8] = []
      LaggedMessage(subscription: id, from: from, to: to).encode(into: &text)
      connection.send([text])
    case .events(let notices):
      guard subscriptions[name]?.number == number else { return }
      subscriptions[name]?.notices = notices[...]
      eager.append((name, number))
      tellNext()
    }
  }

  /// Sends a part of what the next subscription has; the one behind it follows when the other side has taken that.
  private func tellNext() {
    while !isTelling, let (name, number) = eager.popFirst() {
      guard let isLast = sendEvents(of: name, number) else { continue }
      isTelling = true
      connection.whenDrained { [weak self] in
        self?.assumeIsolated { session in
          session.isTelling = false
          if !isLast {
            session.eager.append((name, number))
          } else if session.subscriptions[name]?.number == number {
            session.context.feed.ready(ObjectIdentifier(session), name: name)
          }
          session.tellNext()
        }
      }
    }
  }

  /// Sends a part of the batch in hand.
  /// - Returns: whether it was the last, behind which the feed may give the next; nil: the subscription has ended.
  private func sendEvents(of name: String, _ number: UInt64) -> Bool? {
    guard var subscription = subscriptions[name], subscription.number == number else { return nil }
    var texts: [[UInt8]] = []
    var size = 0
    while size < Self.eventBytes, let notice = subscription.notices.popFirst() {
      for event in notice.event.parts {
        var text: [UInt8] = []
        EventMessage(subscription: subscription.id, sequence: notice.sequence, time: notice.time, event)
          .encode(into: &text)
        size += text.count
        texts.append(text)
      }
    }
    subscriptions[name] = subscription
    connection.send(texts)
    return subscription.notices.isEmpty
  }

  nonisolated func quiesce(code: UInt16, reason: String) {
    assumeIsolated { session in
      session.connection.send(session.line.takeReady())
      session.connection.close(code: code, reason: reason)
    }
  }

  nonisolated func closed() {
    connection.eventLoop.execute {
      self.assumeIsolated { session in
        session.isClosed = true
        session.backlog = []
        for read in session.reads.values { read.cancel() }
        session.reads = [:]
        session.context.feed.leave(ObjectIdentifier(session))
      }
    }
    context.queue.detach(self)
  }

  // MARK: From the queue

  nonisolated func deliver(_ deliveries: [Delivery]) {
    connection.eventLoop.execute { self.assumeIsolated { $0.take(deliveries) } }
  }

  private func take(_ deliveries: [Delivery]) {
    for delivery in deliveries {
      switch delivery.content {
      case .answer(let result): answer(delivery.tag, result)
      case .view(let view): work(delivery.tag, on: view)
      case .requestUsage, .listen: break
      case .close(let code, let reason):
        connection.send(line.takeReady())
        connection.close(code: code, reason: reason)
      case .cancel, .deregister: break
      }
    }
    work()
  }

  private func answer(_ tag: UInt64, _ result: Result<Answer, Rejection>) {
    guard let (request, since, cost) = asked.removeValue(forKey: tag) else { return }
    outstanding.answered(cost)
    context.meter.answered(request.kind, since: since)
    switch (request, result) {
    case (.submit(let id, let place), .success(.submitted(let tasks))):
      fill(place) { SubmittedMessage(id: id, tasks: tasks).encode(into: &$0) }
    case (.cancel(let id, let place, let others), .success(.cancelled(let tasks))):
      fill(place) {
        CancelledMessage(
          id: id, results: tasks.map { .init(task: $0.task, state: $0.state) }, others: others,
          limit: SocketLimits.largestMessage
        ).encode(into: &$0)
      }
    case (.submit(let id, let place), .failure(let rejection)),
      (.cancel(let id, let place, _), .failure(let rejection)):
      refuse(ErrorMessage(id: id, rejection), place)
    case (.submit(let id, let place), _), (.cancel(let id, let place, _), _):
      refuse(ErrorMessage(id: id, code: 500, message: "The server's answer doesn't fit."), place)
    case (.get, _), (.cancelMatching, _): break
    }
  }

  /// Filters elsewhere, and comes back with the answer.
  private func work(_ tag: UInt64, on view: QueueView) {
    guard let (request, since, cost) = asked.removeValue(forKey: tag) else { return }
    outstanding.answered(cost)
    let reader = LongReads.Asker(user: principal.user)
    switch request {
    case .get(let get, let place):
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
        session.finish(place, text, since)
      } refused: { session, rejection in
        var text: [UInt8] = []
        ErrorMessage(id: get.id, rejection).encode(into: &text)
        session.finish(place, text, since)
      }
    case .cancelMatching(let request, let filter, let place):
      read(
        tag,
        { [principal] () throws(Rejection) in
          try await LongReads.shared.run(for: reader) { effort throws(Rejection) in
            try view.ids(matching: filter, changedBy: principal, effort)
          }
        }
      ) { session, found in
        session.cancel(found.ids, others: found.others, request, place)
      } refused: { session, rejection in
        session.refuse(ErrorMessage(id: request.id, rejection), place)
        session.goOn()
      }
    default: break
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

  private func finish(_ place: UInt64, _ text: [UInt8], _ since: UInt64) {
    context.meter.answered(.get, since: since)
    line.fill(place, text)
    connection.send(line.takeReady())
    connection.whenDrained { [weak self] in self?.assumeIsolated { $0.goOn() } }
  }

  /// One command, whatever became of them since they were found: nothing can begin between two of them, and what began
  /// meanwhile is told to stop.
  private func cancel(_ tasks: [TaskID], others: Int, _ request: CancelRequest, _ place: UInt64) {
    var batch: [TaskQueue.Posted] = []
    ask(
      .cancel(request.id, place: place, others: others),
      .command(.cancel(tasks, grace: request.grace, by: principal)), &batch)
    context.queue.post(batch, from: self)
    goOn()
  }

  private func fill(_ place: UInt64, _ encode: (inout [UInt8]) -> Void) {
    var text: [UInt8] = []
    encode(&text)
    line.fill(place, text)
  }

  private func refuse(_ error: ErrorMessage, _ place: UInt64) { fill(place) { error.encode(into: &$0) } }
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
