import BanyanCore
import BanyanJSON
import BanyanWire
import Crypto
import NIOCore

/// One connected provider or viewer: submits, cancels, reads, watches. It runs on the connection's event loop; what
/// takes long (a filter over all tasks) is done elsewhere, and its answer comes at its place in the line.
actor ProviderSession: SessionHandler, Recipient {
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    connection.eventLoop.executor.asUnownedSerialExecutor()
  }

  private let connection: SocketConnection
  private let principal: Principal
  private let context: SessionContext
  private let fields: FieldSet
  private var line = AnswerLine()
  private var asked: [UInt64: (Asked, since: UInt64)] = [:]
  private var nextTag: UInt64 = 1

  /// A request whose answer is still to come.
  private enum Asked {
    case submit(MessageID?, place: UInt64)
    case cancel(MessageID?, place: UInt64)
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
    fields = .tasks(showsEnvironment: principal.role == .provider)
    context.queue.attach(self, user: principal.user)
  }

  // MARK: From the provider

  nonisolated func received(_ messages: [ByteBuffer]) { assumeIsolated { $0.take(messages) } }

  private func take(_ messages: [ByteBuffer]) {
    var batch: [TaskQueue.Posted] = []
    for message in messages { take(message, &batch) }
    if !batch.isEmpty { context.queue.post(batch, from: self) }
    connection.send(line.takeReady())
  }

  private func take(_ message: ByteBuffer, _ batch: inout [TaskQueue.Posted]) {
    let place = line.reserve()
    var id: MessageID?
    do {
      let document = try message.withUnsafeReadableBytes { try JSONDocument(parsing: $0) }
      id = try MessageID(of: document.root)
      guard let request = try ProviderRequest(document.root, fields: fields) else {
        throw Rejection.field("type", "is none that a provider sends; see the contract of banyan.v1")
      }
      try take(request, place, &batch)
    } catch {
      refuse(ErrorMessage(id: id, unread: error), place)
    }
  }

  private func take(
    _ request: ProviderRequest, _ place: UInt64, _ batch: inout [TaskQueue.Posted]
  ) throws(Rejection) {
    switch request {
    case .authenticate(let message):
      fill(place) { AuthenticatedMessage(id: message.id, user: principal.user).encode(into: &$0) }
    case .submit(let submit):
      try mayChange()
      let key = submit.key.map { ($0, Array(SHA256.hash(data: submit.canonicalBody ?? []))) }
      ask(
        .submit(submit.id, place: place),
        .command(.submit(Submission(tasks: submit.drafts, by: principal, key: key))), &batch)
    case .cancel(let cancel):
      try mayChange()
      switch cancel.target {
      case .tasks(let tasks):
        ask(
          .cancel(cancel.id, place: place), .command(.cancel(tasks, grace: cancel.grace, by: principal)), &batch)
      case .matching(let filter): ask(.cancelMatching(cancel, filter, place: place), .view, &batch)
      }
    case .get(let get): ask(.get(get, place: place), .view, &batch)
    case .subscribe(let subscribe): self.subscribe(subscribe, place)
    case .unsubscribe(let unsubscribe):
      context.feed.unsubscribe(ObjectIdentifier(self), name: "\(unsubscribe.subscription)")
      fill(place) { UnsubscribedMessage(id: unsubscribe.id).encode(into: &$0) }
    }
  }

  private func mayChange() throws(Rejection) {
    guard principal.role == .provider else {
      throw Rejection(.forbidden, "A \(principal.role.rawValue) reads, and changes nothing.")
    }
  }

  private func ask(_ asked: Asked, _ request: TaskQueue.Request, _ batch: inout [TaskQueue.Posted]) {
    self.asked[nextTag] = (asked, RequestMeter.now())
    batch.append(TaskQueue.Posted(tag: nextTag, request: request))
    nextTag += 1
  }

  private func subscribe(_ subscribe: SubscribeMessage, _ place: UInt64) {
    let loop = connection.eventLoop
    context.feed.subscribe(
      ObjectIdentifier(self), name: "\(subscribe.id)", tasks: subscribe.tasks.map(Set.init),
      from: subscribe.fromSequence
    ) { [weak self] message in
      guard let session = self else { return }
      loop.execute { session.assumeIsolated { $0.tell(message, of: subscribe.id, place) } }
    }
  }

  /// What the feed says, on the connection's loop, in its order.
  private func tell(_ message: EventFeed.Message, of subscription: MessageID, _ place: UInt64) {
    switch message {
    case .subscribed(let sequence):
      fill(place) { SubscribedMessage(id: subscription, sequence: sequence).encode(into: &$0) }
      connection.send(line.takeReady())
    case .lagged(let from, let to):
      var text: [UInt8] = []
      LaggedMessage(subscription: subscription, from: from, to: to).encode(into: &text)
      connection.send([text])
    case .events(let notices):
      connection.send(
        notices.map { notice in
          var text: [UInt8] = []
          EventMessage(
            subscription: subscription, sequence: notice.sequence, time: notice.time, notice.event
          ).encode(into: &text)
          return text
        })
    }
  }

  nonisolated func closed() {
    context.feed.leave(ObjectIdentifier(self))
    context.queue.detach(self, worker: nil)
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
      case .requestUsage: break
      case .close(let code, let reason):
        connection.send(line.takeReady())
        connection.close(code: code, reason: reason)
      case .cancel, .deregister: break
      }
    }
    connection.send(line.takeReady())
  }

  private func answer(_ tag: UInt64, _ result: Result<Answer, Rejection>) {
    guard let (request, since) = asked.removeValue(forKey: tag) else { return }
    context.meter.answered(request.kind, since: since)
    switch (request, result) {
    case (.submit(let id, let place), .success(.submitted(let tasks))):
      fill(place) { SubmittedMessage(id: id, tasks: tasks).encode(into: &$0) }
    case (.cancel(let id, let place), .success(.cancelled(let tasks))):
      fill(place) {
        CancelledMessage(id: id, results: tasks.map { .init(task: $0.task, state: $0.state) }).encode(into: &$0)
      }
    case (.submit(let id, let place), .failure(let rejection)), (.cancel(let id, let place), .failure(let rejection)):
      refuse(ErrorMessage(id: id, rejection), place)
    case (.submit(let id, let place), _), (.cancel(let id, let place), _):
      refuse(ErrorMessage(id: id, code: 500, message: "The server's answer doesn't fit."), place)
    case (.get, _), (.cancelMatching, _): break
    }
  }

  /// Filters elsewhere, and comes back with the answer.
  private func work(_ tag: UInt64, on view: QueueView) {
    guard let (request, since) = asked.removeValue(forKey: tag) else { return }
    switch request {
    case .get(let get, let place):
      let options = DocumentOptions(
        dates: .iso8601, showsEnvironment: principal.role == .provider, projection: get.query.projection)
      let usage = context.usage
      Task { [weak self] in
        var selection = await LongReads.shared.run { view.select(get.query) }
        selection.items = await usage.complete(selection.items)
        var text: [UInt8] = []
        ItemsMessage.encode(id: get.id, selection, sequence: view.sequence, options: options, into: &text)
        await self?.finish(place, text, since)
      }
    case .cancelMatching(let request, let filter, let place):
      Task { [weak self] in
        let tasks = await LongReads.shared.run { view.ids(matching: filter) }
        await self?.cancel(tasks, request, place)
      }
    default: break
    }
  }

  private func finish(_ place: UInt64, _ text: [UInt8], _ since: UInt64) {
    context.meter.answered(.get, since: since)
    line.fill(place, text)
    connection.send(line.takeReady())
  }

  private func cancel(_ tasks: [TaskID], _ request: CancelRequest, _ place: UInt64) {
    var batch: [TaskQueue.Posted] = []
    ask(.cancel(request.id, place: place), .command(.cancel(tasks, grace: request.grace, by: principal)), &batch)
    context.queue.post(batch, from: self)
  }

  private func fill(_ place: UInt64, _ encode: (inout [UInt8]) -> Void) {
    var text: [UInt8] = []
    encode(&text)
    line.fill(place, text)
  }

  private func refuse(_ error: ErrorMessage, _ place: UInt64) { fill(place) { error.encode(into: &$0) } }
}
