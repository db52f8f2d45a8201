import BanyanCore
import BanyanJSON
import BanyanStore
import BanyanWire
import Collections
import NIOCore

/// One connected worker: reads its messages, asks the queue, and tells it what comes back. It runs on the
/// connection's event loop, so that what one read brought costs one entry.
actor WorkerSession: SessionHandler, WorkerRecipient {
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    connection.eventLoop.executor.asUnownedSerialExecutor()
  }

  nonisolated let connectionID = ConnectionID.next()
  private let connection: SocketConnection
  private let principal: Principal
  private let context: SessionContext
  private var worker: WorkerID?
  private var isGreeting = false
  /// A long message is read elsewhere: what comes behind it waits.
  private var isReadingMessage = false
  /// The connection is to be closed so, once what was reported on it is answered. Nothing new is taken any more.
  private var ending: (code: UInt16, reason: String)?
  /// The connection is gone: nothing of it is asked any more.
  private var isClosed = false
  /// It said goodbye: nothing more to claim.
  private var isLeaving = false
  /// What came behind a `hello` that is not answered yet, or behind too much else.
  private var backlog: Deque<ByteBuffer> = []
  private var line = AnswerLine()
  private var asked: [UInt64: (Asked, since: UInt64, cost: Int)] = [:]
  private var outstanding = Outstanding()
  /// Bytes of the message that is being read.
  private var size = 0
  private var nextTag: UInt64 = 1
  private var waits: [UInt64: Scheduled<Void>] = [:]
  private var logs: [Int64: CheckedContinuation<Result<LogPiece, Rejection>, Never>] = [:]
  private var nextLog: Int64 = 1
  /// Bytes of a log's end that are kept.
  private static let mostTail = 64 << 10

  /// A request whose answer is still to come.
  private enum Asked {
    case hello(MessageID?, place: UInt64)
    /// nil: the claim waits, and holds no later answer up.
    case claim(MessageID?, place: UInt64?)
    case judged(JudgedMessage.Kind, MessageID?, place: UInt64)
    case unanswered

    /// The connection isn't closed before its answer.
    var holdsTheEnd: Bool {
      switch self {
      case .hello, .judged: true
      case .claim, .unanswered: false
      }
    }

    /// What its time is counted as; nil: it isn't.
    var kind: RequestMeter.Message? {
      switch self {
      case .hello: .hello
      case .claim(_, let place): place == nil ? nil : .claim
      case .judged(let kind, _, _): kind == .reported ? .report : .release
      case .unanswered: nil
      }
    }
  }

  init(connection: SocketConnection, principal: Principal, context: SessionContext) {
    self.connection = connection
    self.principal = principal
    self.context = context
    context.queue.attach(self, user: principal.user)
    let queue = context.queue
    connection.whenClosing { [weak self] in if let self { queue.retire(self) } }
  }

  nonisolated var isOpen: Bool { !connection.isClosing }

  /// While nothing is read its silence says nothing.
  nonisolated var lastHeard: Int64 {
    Int64(clamping: (connection.isDeaf ? NIODeadline.now().uptimeNanoseconds : connection.lastHeard) / 1_000_000)
  }

  // MARK: From the worker

  nonisolated func received(_ messages: [ByteBuffer]) { assumeIsolated { $0.take(messages) } }

  private func take(_ messages: [ByteBuffer]) {
    guard ending == nil else { return }
    backlog.append(contentsOf: messages)
    work()
  }

  private var canGoOn: Bool { !isGreeting && !isReadingMessage && !outstanding.isFull }

  /// Does what has come, up to a `hello`, or as much as may be unanswered.
  private func work() {
    guard !isClosed else { return }
    var batch: [TaskQueue.Posted] = []
    while canGoOn, let message = backlog.popFirst() { take(message, &batch) }
    if !batch.isEmpty { context.queue.post(batch, from: self) }
    sendReady()
    if canGoOn { connection.resumeReading() } else { connection.pauseReading() }
    endIfAnswered()
  }

  private func take(_ message: ByteBuffer, _ batch: inout [TaskQueue.Posted]) {
    size = message.readableBytes
    guard size > WorkerReading.long else { return take(WorkerReading(message, tokens: context.tokens), &batch) }
    isReadingMessage = true
    let tokens = context.tokens
    Task.detached { [weak self] in
      let reading = WorkerReading(message, tokens: tokens)
      await self?.finish(reading)
    }
  }

  private func finish(_ reading: WorkerReading) {
    isReadingMessage = false
    var batch: [TaskQueue.Posted] = []
    take(reading, &batch)
    if !batch.isEmpty { context.queue.post(batch, from: self) }
    work()
  }

  private func take(_ reading: WorkerReading, _ batch: inout [TaskQueue.Posted]) {
    let limit = connection.limits.worker
    guard size <= limit || reading.isHello else {
      backlog = []
      return end(code: CloseCode.messageTooBig, reason: "a worker's message holds at most \(limit) bytes")
    }
    do {
      switch try reading.content.get() {
      case .hello(let hello, let running): greet(hello, running, &batch)
      case .authenticate(let message):
        line.fill(line.reserve(), context.authenticate(message, as: principal, from: connection.remoteAddress))
      case .message(let message): try take(message, &batch)
      }
    } catch {
      refuse(ErrorMessage(id: reading.id, unread: error))
    }
  }

  private func take(_ message: WorkerMessage, _ batch: inout [TaskQueue.Posted]) throws(MessageError) {
    switch message {
    // Is read with its tokens.
    case .hello: break
    case .heartbeat(let id):
      // At once, past answers that wait for the disk: it says that the server is there.
      connection.send([encode(.heartbeat(id: id))])
    case .claim(let claim):
      // Nobody would be told of what it took.
      guard ending == nil else { return line.fill(line.reserve(), claimed(claim.id, .success(.claimed([])))) }
      guard !isLeaving else {
        throw MessageError(field: "type", problem: "is a claim after goodbye", remedy: "say hello anew to claim again")
      }
      self.claim(claim, try known(), &batch)
    case .started(let started):
      let starts = started.tasks.map { start in
        AttemptStart(
          task: start.attempt.task, token: proof(start.attempt), timeStarted: start.timeStarted,
          workingDirectory: start.workingDirectory)
      }
      ask(.unanswered, .command(.started(try known(), starts)), &batch)
    case .report(let report):
      let reports = report.results.map { result in
        AttemptReport(
          task: result.attempt.task, token: proof(result.attempt), state: result.state,
          exitStatus: result.exitStatus, timeTerminated: result.timeTerminated, usage: result.usage)
      }
      let worker = try known()
      ask(.judged(.reported, report.id, place: line.reserve()), .command(.report(worker, reports)), &batch)
    case .release(let release):
      let reports = release.tasks.map { task in
        AttemptReport(
          task: task.attempt.task, token: proof(task.attempt), state: .available,
          exitStatus: task.reason.map(ExitStatus.released) ?? ExitStatus.released, timeTerminated: nil)
      }
      let worker = try known()
      ask(.judged(.released, release.id, place: line.reserve()), .command(.report(worker, reports)), &batch)
    case .goodbye:
      // Of this connection alone: a provider's order to drain is another thing, and outlasts it.
      isLeaving = true
      _ = try known()
      for tag in waits.keys.sorted() { batch.append(TaskQueue.Posted(tag: tag, request: .endWait(tag: tag))) }
    case .usage(let usage):
      if let roundTrip = usage.roundTrip { context.meter.roundTrip(roundTrip) }
      context.queue.note(figures(usage), of: try known())
    case .tails(let tails): context.tails.keep(tails.tasks.compactMap(tail))
    case .log(let piece): finish(piece)
    case .error(let error): fail(error)
    }
  }

  private func known() throws(MessageError) -> WorkerID {
    guard let worker else {
      throw MessageError(field: "type", problem: "comes before hello", remedy: "say hello first")
    }
    return worker
  }

  private func proof(_ attempt: AttemptName) -> AttemptProof {
    context.tokens.verify(attempt.token, task: attempt.task)
  }

  /// The figures that come with genuine tokens.
  private func figures(_ message: UsageMessage) -> WorkerFigures {
    var figures = WorkerFigures(attempts: [], machine: message.worker, roundTrip: message.roundTrip)
    for task in message.tasks {
      guard case .genuine(let claimNumber, _) = proof(task.attempt) else { continue }
      figures.attempts.append((task.attempt.task, claimNumber, task.usage))
    }
    return figures
  }

  /// The end of a log, if its token is genuine.
  private func tail(_ message: TailsMessage.Tail) -> Tail? {
    guard case .genuine(let claimNumber, _) = proof(message.attempt), message.stream != .index,
      message.data.count <= Self.mostTail
    else { return nil }
    let name = Tail.Name(task: message.attempt.task, claimNumber: claimNumber, isStderr: message.stream == .stderr)
    return Tail(name: name, bytes: message.data, size: message.size)
  }

  private func greet(
    _ hello: HelloMessage, _ running: [(task: TaskID, token: AttemptProof)], _ batch: inout [TaskQueue.Posted]
  ) {
    isGreeting = true
    isLeaving = false
    let tag = takeTag()
    asked[tag] = (.hello(hello.id, place: line.reserve()), RequestMeter.now(), outstanding.asked(size: size))
    // What came before it is asked before it.
    if !batch.isEmpty { context.queue.post(batch, from: self) }
    batch = []
    context.queue.hello(
      Hello(
        by: principal, name: hello.name, instance: hello.instance, offer: hello.resources, version: hello.version,
        running: running, stay: stay(hello.stay)),
      tag: tag, from: self)
  }

  /// A span, from now on by the server's clock: what waits meanwhile makes it no longer.
  private func stay(_ word: StayWord?) -> Stay? {
    word.map { word in
      let (sum, overflow) = context.queue.clock.wall.addingReportingOverflow(word.endsInMilliseconds)
      return Stay(until: overflow ? .max : sum, assumed: word.assumeMilliseconds)
    }
  }

  private func claim(_ message: ClaimMessage, _ worker: WorkerID, _ batch: inout [TaskQueue.Posted]) {
    let claim = Claim(
      worker: worker, resources: message.resources, max: message.max, queues: message.queues, task: message.task,
      stay: stay(message.stay))
    guard let wait = message.waitMilliseconds, wait > 0 else {
      ask(.claim(message.id, place: line.reserve()), .command(.claim(claim)), &batch)
      return
    }
    let tag = ask(.claim(message.id, place: nil), .waitingClaim(claim), &batch)
    let queue = context.queue
    waits[tag] = connection.eventLoop.scheduleTask(in: .milliseconds(min(wait, 86_400_000))) {
      queue.post([TaskQueue.Posted(tag: tag, request: .endWait(tag: tag))], from: self)
    }
  }

  @discardableResult
  private func ask(_ asked: Asked, _ request: TaskQueue.Request, _ batch: inout [TaskQueue.Posted]) -> UInt64 {
    let tag = takeTag()
    self.asked[tag] = (asked, RequestMeter.now(), outstanding.asked(size: size))
    batch.append(TaskQueue.Posted(tag: tag, request: request))
    return tag
  }

  private func takeTag() -> UInt64 {
    defer { nextTag += 1 }
    return nextTag
  }

  // MARK: The end

  nonisolated func quiesce(code: UInt16, reason: String) {
    assumeIsolated { session in
      session.connection.send([session.encode(.shutdown)])
      session.end(code: code, reason: reason)
    }
  }

  /// Closes the connection, once what was reported on it is answered: a worker that isn't told keeps what it reported, and
  /// may have nobody left to report it to. A disk that hangs doesn't keep the connection for ever.
  private func end(code: UInt16, reason: String) {
    guard ending == nil else { return }
    ending = (code, reason)
    connection.eventLoop.scheduleTask(in: connection.limits.closing) { [weak self] in
      self?.assumeIsolated { $0.connection.close(code: code, reason: reason) }
    }
    work()
  }

  private func endIfAnswered() {
    guard let ending, backlog.isEmpty, !isReadingMessage,
      !asked.values.contains(where: { $0.0.holdsTheEnd })
    else { return }
    sendReady()
    connection.close(code: ending.code, reason: ending.reason)
  }

  nonisolated func closed() {
    assumeIsolated { session in
      session.isClosed = true
      session.backlog = []
      for wait in session.waits.values { wait.cancel() }
      session.waits = [:]
      for log in session.logs.values { log.resume(returning: .failure(Self.away)) }
      session.logs = [:]
      session.context.queue.detach(session)
    }
  }

  // MARK: From the queue

  nonisolated func deliver(_ deliveries: [Delivery]) {
    connection.eventLoop.execute { self.assumeIsolated { $0.take(deliveries) } }
  }

  private func take(_ deliveries: [Delivery]) {
    var later: [[UInt8]] = []
    var closing: (code: UInt16, reason: String)?
    for delivery in deliveries {
      switch delivery.content {
      case .answer(let result):
        if let text = answer(delivery.tag, result) { later.append(text) }
      case .cancel(let orders): later.append(encode(.cancel(CancelPush(tasks: orders.map(order)))))
      case .deregister(let deadline, let reason):
        later.append(encode(.deregister(DeregisterPush(deadline: deadline, reason: reason))))
      case .requestUsage: later.append(encode(.requestUsage))
      case .listen(let since):
        connection.whenHeard(after: since) { [weak self] in
          if let self { self.context.queue.heardAgain(self) }
        }
      case .close(let code, let reason): closing = (code, reason)
      case .view: break
      }
    }
    connection.send(line.takeReady() + later)
    if let closing { end(code: closing.code, reason: closing.reason) } else { work() }
  }

  private func order(_ cancellation: Cancellation) -> CancelPush.Order {
    CancelPush.Order(
      attempt: AttemptName(
        task: cancellation.task,
        token: context.tokens.token(
          task: cancellation.task, claimNumber: cancellation.claimNumber, epoch: cancellation.epoch)),
      maxShutdownTimeMilliseconds: cancellation.grace)
  }

  /// The text of an answer that keeps no order; an ordered one is put in its place.
  private func answer(_ tag: UInt64, _ result: Result<Answer, Rejection>) -> [UInt8]? {
    guard let (request, since, cost) = asked.removeValue(forKey: tag) else { return nil }
    outstanding.answered(cost)
    if let kind = request.kind { context.meter.answered(kind, since: since) }
    switch request {
    case .hello(let id, let place):
      isGreeting = false
      line.fill(place, encode(welcome(id, result)))
    case .claim(let id, let place):
      waits.removeValue(forKey: tag)?.cancel()
      if giveBackUntold(result) { return nil }
      let text = claimedText(id, result)
      guard let place else { return text }
      line.fill(place, text)
    case .judged(let kind, let id, let place): line.fill(place, encode(judged(kind, id, result)))
    case .unanswered: break
    }
    return nil
  }

  private func welcome(_ id: MessageID?, _ result: Result<Answer, Rejection>) -> ServerMessage {
    switch result {
    case .success(.welcomed(let welcome)):
      worker = welcome.worker.id
      return .welcome(
        WelcomeMessage(
          id: id, workerID: welcome.worker.id, serverVersion: context.version, leaseMilliseconds: context.lease,
          heartbeatMilliseconds: context.heartbeat, attached: welcome.attached,
          held: welcome.held.map { AttemptName(task: $0.id, token: token($0)) },
          refused: welcome.refused.map { .init(task: $0.task, reason: $0.reason.message) }))
    case .success: return .error(ErrorMessage(id: id, code: 500, message: "The server's answer doesn't fit."))
    case .failure(let rejection): return .error(ErrorMessage(id: id, rejection))
    }
  }

  private func claimed(_ id: MessageID?, _ result: Result<Answer, Rejection>) -> [UInt8] {
    switch result {
    case .success(.claimed(let tasks)):
      var text: [UInt8] = []
      text.reserveCapacity(64 + tasks.count * 512)
      ClaimedMessage.encode(id: id, tasks, into: &text) { [tokens = context.tokens] task, token in
        tokens.write(task.id, task.attempt.claimNumber, task.attempt.epoch, to: token)
      }
      return text
    case .success: return encode(.error(ErrorMessage(id: id, code: 500, message: "The server's answer doesn't fit.")))
    case .failure(let rejection): return encode(.error(ErrorMessage(id: id, rejection)))
    }
  }

  /// The answer to a claim. Tasks that don't fit into a message are given back.
  private func claimedText(_ id: MessageID?, _ result: Result<Answer, Rejection>) -> [UInt8] {
    let text = claimed(id, result)
    guard text.count > SocketLimits.largestMessage, case .success(.claimed(let tasks)) = result, tasks.count > 1,
      let worker
    else { return text }
    let kept = tasks.prefix(tasks.count / 2)
    let reports = tasks.dropFirst(kept.count).map(release)
    var batch: [TaskQueue.Posted] = []
    ask(.unanswered, .command(.report(worker, reports)), &batch)
    context.queue.post(batch, from: self)
    return claimedText(id, .success(.claimed(Array(kept))))
  }

  /// What a claim was given on a connection that closes goes back: nobody is there to be told.
  private func giveBackUntold(_ result: Result<Answer, Rejection>) -> Bool {
    guard isClosed || connection.isClosing, let worker, case .success(.claimed(let tasks)) = result, !tasks.isEmpty
    else { return false }
    context.queue.post(
      [TaskQueue.Posted(tag: 0, request: .untold(worker, tasks.map(release)))], from: self)
    return true
  }

  private func release(_ task: ClaimedTask) -> AttemptReport {
    AttemptReport(
      task: task.id, token: .genuine(claimNumber: task.attempt.claimNumber, epoch: task.attempt.epoch),
      state: .available, exitStatus: ExitStatus.released, timeTerminated: nil)
  }

  private func judged(
    _ kind: JudgedMessage.Kind, _ id: MessageID?, _ result: Result<Answer, Rejection>
  ) -> ServerMessage {
    switch result {
    case .success(.judged(let verdicts)):
      return .judged(
        JudgedMessage(
          kind: kind, id: id,
          results: verdicts.map { .init(task: $0.task, code: $0.refusal?.kind.rawValue, reason: $0.refusal?.message) }))
    case .success: return .error(ErrorMessage(id: id, code: 500, message: "The server's answer doesn't fit."))
    case .failure(let rejection): return .error(ErrorMessage(id: id, rejection))
    }
  }

  private func token(_ claimed: ClaimedTask) -> String {
    context.tokens.token(
      task: claimed.id, claimNumber: claimed.attempt.claimNumber, epoch: claimed.attempt.epoch)
  }

  private func encode(_ message: ServerMessage) -> [UInt8] {
    var text: [UInt8] = []
    message.encode(into: &text)
    return text
  }

  private func refuse(_ error: ErrorMessage) { line.fill(line.reserve(), encode(.error(error))) }

  private func sendReady() { connection.send(line.takeReady()) }

  // MARK: Logs

  /// Time that a worker has to answer for a piece of a log.
  private static let logPatience = TimeAmount.seconds(10)
  private static let away = Rejection(.unavailable, "The worker that holds this log is not connected.")

  func readLog(_ request: LogRequest) async throws(Rejection) -> LogPiece {
    let number = nextLog
    nextLog += 1
    let push = RequestLogPush(
      id: .number(number), task: request.task, claimNumber: Int64(request.claimNumber),
      stream: request.stream, offset: request.offset, limit: request.limit)
    let alarm = connection.eventLoop.scheduleTask(in: Self.logPatience) {
      self.assumeIsolated { session in
        session.logs.removeValue(forKey: number)?.resume(
          returning: .failure(Rejection(.unavailable, "The worker that holds this log doesn't answer.")))
      }
    }
    let result = await withCheckedContinuation { continuation in
      logs[number] = continuation
      connection.send([encode(.requestLog(push))])
    }
    alarm.cancel()
    return try result.get()
  }

  private func finish(_ piece: LogMessage) {
    guard case .number(let number) = piece.id else { return }
    logs.removeValue(forKey: number)?.resume(
      returning: .success(
        LogPiece(data: piece.data, offset: piece.offset, size: piece.size, isEnd: piece.end)))
  }

  private func fail(_ error: ErrorMessage) {
    guard case .number(let number) = error.id else { return }
    let kind = Rejection.Kind(rawValue: error.code) ?? .unavailable
    logs.removeValue(forKey: number)?.resume(returning: .failure(Rejection(kind, error.message)))
  }
}
