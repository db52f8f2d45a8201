import BanyanCore
import BanyanJSON
import BanyanStore
import BanyanWire
import NIOCore

/// One connected worker: reads its messages, asks the queue, and tells it what comes back. It runs on the
/// connection's event loop, so that what one read brought costs one entry.
actor WorkerSession: SessionHandler, WorkerRecipient {
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    connection.eventLoop.executor.asUnownedSerialExecutor()
  }

  nonisolated let connectionID = ConnectionID.next()
  let connection: SocketConnection
  private let principal: Principal
  let context: SessionContext
  var worker: WorkerID?
  /// The connection is to be closed so, once what was reported on it is answered.
  private var ending: (code: UInt16, reason: String)?
  /// It said goodbye: nothing more to claim.
  private var isLeaving = false
  var pipeline = RequestPipeline<Asked>()
  /// The ends of the waits of claims that stay open, by the claim's tag.
  var waits: [UInt64: Scheduled<Void>] = [:]
  var logs: [Int64: CheckedContinuation<Result<LogPiece, Rejection>, Never>] = [:]
  var nextLog: Int64 = 1
  /// Bytes of a log's end that are kept.
  private static let maxTailBytes = 64 << 10

  /// A request whose answer is still to come.
  enum Asked {
    case hello(MessageID?)
    case claim(MessageID?)
    /// It stays open until something fits, and holds no later answer up.
    case waitingClaim(MessageID?)
    /// With what could not be read of it.
    case judged(JudgedMessage.Kind, MessageID?, [ItemFault])
    case unanswered

    /// The connection may be closed before its answer.
    var mayBeCutOff: Bool {
      switch self {
      case .hello, .judged: false
      case .claim, .waitingClaim, .unanswered: true
      }
    }

    /// What its time is counted as; nil: it isn't.
    var kind: RequestMeter.Message? {
      switch self {
      case .hello: .hello
      case .claim: .claim
      case .judged(let kind, _, _): kind == .reported ? .report : .release
      case .waitingClaim, .unanswered: nil
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
    Int64(
      clamping: (connection.isReadingPaused ? NIODeadline.now().uptimeNanoseconds : connection.lastHeard) / 1_000_000)
  }

  // MARK: From the worker

  nonisolated func received(_ messages: [ByteBuffer]) { assumeIsolated { $0.receive(messages) } }

  private func receive(_ messages: [ByteBuffer]) {
    pipeline.receive(messages)
    process()
  }

  /// Handles the messages whose turn has come.
  private func process() {
    while let next = pipeline.next() {
      switch next {
      case .parseHere(let message): handle(WorkerReading(message, tokens: context.tokens))
      case .parseElsewhere(let message):
        Task.detached { [weak self, tokens = context.tokens] in
          let reading = WorkerReading(message, tokens: tokens)
          await self?.finish(reading)
        }
      }
    }
    carryOut()
    endIfAnswered()
  }

  private func finish(_ reading: WorkerReading) {
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
  }

  private func handle(_ reading: WorkerReading) {
    let limit = connection.limits.worker
    guard pipeline.size <= limit || reading.isHello else {
      return end(
        code: CloseCode.messageTooBig, reason: "a worker's message holds at most \(limit) bytes", dropsBacklog: true)
    }
    do {
      switch try reading.content.get() {
      case .hello(let hello, let running):
        greet(hello, running)
        // Without its name: the answer to that is the welcome.
        if !hello.faults.isEmpty { pipeline.answer(encode(.error(ErrorMessage(unread: hello.faults)))) }
      case .authenticate(let message):
        pipeline.answer(context.authenticate(message, as: principal, from: connection.remoteAddress))
      case .message(let message):
        try handle(message)
        let faults = message.unansweredFaults
        if !faults.isEmpty { pipeline.answer(encode(.error(ErrorMessage(id: reading.id, unread: faults)))) }
      }
    } catch {
      pipeline.answer(encode(.error(ErrorMessage(id: reading.id, unread: error))))
    }
  }

  private func handle(_ message: WorkerMessage) throws(MessageError) {
    switch message {
    // Is read with its tokens.
    case .hello: break
    case .heartbeat(let id):
      // At once, past answers that wait for the disk: it says that the server is there.
      pipeline.push(encode(.heartbeat(id: id)))
    case .claim(let claim):
      // Nobody would be told of what it took.
      guard ending == nil else { return pipeline.answer(claimed(claim.id, []).text) }
      guard !isLeaving else {
        throw MessageError(field: "type", problem: "is a claim after goodbye", remedy: "say hello anew to claim again")
      }
      self.claim(claim, try known())
    case .started(let started):
      let starts = started.tasks.map { start in
        AttemptStart(
          task: start.attempt.task, token: proof(start.attempt), timeStarted: start.timeStarted,
          workingDirectory: start.workingDirectory)
      }
      ask(.command(.started(try known(), starts)), as: .unanswered, inTurn: false)
    case .report(let report):
      let reports = report.results.map { result in
        AttemptReport(
          task: result.attempt.task, token: proof(result.attempt), state: result.state,
          exitStatus: result.exitStatus, timeTerminated: result.timeTerminated, usage: result.usage)
      }
      ask(.command(.report(try known(), reports)), as: .judged(.reported, report.id, report.faults))
    case .release(let release):
      let reports = release.tasks.map { task in
        AttemptReport(
          task: task.attempt.task, token: proof(task.attempt), state: .available,
          exitStatus: task.reason.map(ExitStatus.released) ?? ExitStatus.released, timeTerminated: nil)
      }
      ask(.command(.report(try known(), reports)), as: .judged(.released, release.id, release.faults))
    case .goodbye:
      // Of this connection alone: a provider's order to drain is another thing, and outlasts it.
      isLeaving = true
      _ = try known()
      for tag in waits.keys.sorted() { pipeline.post(TaskQueue.Posted(tag: tag, request: .endWait(tag: tag))) }
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
      message.data.count <= Self.maxTailBytes
    else { return nil }
    let name = Tail.Name(task: message.attempt.task, claimNumber: claimNumber, isStderr: message.stream == .stderr)
    return Tail(name: name, bytes: message.data, size: message.size)
  }

  /// What follows a `hello` depends on its answer: whose attempts and claims they are.
  private func greet(_ hello: HelloMessage, _ running: [(task: TaskID, token: AttemptProof)]) {
    isLeaving = false
    ask(
      .command(
        .hello(
          Hello(
            by: principal, name: hello.name, instance: hello.instance, folder: hello.state, offer: hello.resources,
            version: hello.version, running: running, stay: stay(hello.stay)))),
      as: .hello(hello.id))
    pipeline.hold()
  }

  /// A span, from now on by the server's clock: what waits meanwhile makes it no longer.
  private func stay(_ word: StayWord?) -> Stay? {
    word.map { word in
      let (sum, overflow) = context.queue.clock.wall.addingReportingOverflow(word.endsInMilliseconds)
      return Stay(until: overflow ? .max : sum, assumed: word.assumeMilliseconds)
    }
  }

  private func claim(_ message: ClaimMessage, _ worker: WorkerID) {
    let claim = Claim(
      worker: worker, resources: message.resources, max: message.max, queues: message.queues, task: message.task,
      stay: stay(message.stay))
    guard let wait = message.waitMilliseconds, wait > 0 else {
      ask(.command(.claim(claim)), as: .claim(message.id))
      return
    }
    let tag = ask(.waitingClaim(claim), as: .waitingClaim(message.id), inTurn: false)
    let queue = context.queue
    waits[tag] = connection.eventLoop.scheduleTask(in: .milliseconds(min(wait, 86_400_000))) {
      queue.post([TaskQueue.Posted(tag: tag, request: .endWait(tag: tag))], from: self)
    }
  }

  @discardableResult
  private func ask(_ question: TaskQueue.Request, as asked: Asked, inTurn: Bool = true) -> UInt64 {
    pipeline.ask(question, as: asked, inTurn: inTurn, at: RequestMeter.now())
  }

  // MARK: The end

  nonisolated func quiesce(code: UInt16, reason: String) {
    assumeIsolated { session in
      session.pipeline.push(session.encode(.shutdown))
      session.end(code: code, reason: reason)
    }
  }

  /// Closes the connection, once what was reported on it is answered: a worker that isn't told keeps what it reported, and
  /// may have nobody left to report it to. A disk that hangs doesn't keep the connection for ever.
  private func end(code: UInt16, reason: String, dropsBacklog: Bool = false) {
    pipeline.end(dropsBacklog: dropsBacklog)
    guard ending == nil else { return process() }
    ending = (code, reason)
    connection.eventLoop.scheduleTask(in: connection.limits.closing) { [weak self] in
      self?.assumeIsolated { $0.connection.close(code: code, reason: reason) }
    }
    process()
  }

  private func endIfAnswered() {
    guard let ending, pipeline.isSettled(except: \.mayBeCutOff) else { return }
    connection.close(code: ending.code, reason: ending.reason)
  }

  nonisolated func closed() {
    assumeIsolated { session in
      session.pipeline.close()
      for wait in session.waits.values { wait.cancel() }
      session.waits = [:]
      for log in session.logs.values { log.resume(returning: .failure(Self.away)) }
      session.logs = [:]
      session.context.queue.detach(session)
    }
  }

  // MARK: From the queue

  nonisolated func deliver(_ deliveries: [Delivery]) {
    connection.eventLoop.execute { self.assumeIsolated { $0.handle(deliveries) } }
  }

  private func handle(_ deliveries: [Delivery]) {
    var closing: (code: UInt16, reason: String)?
    for delivery in deliveries {
      switch delivery.content {
      case .answer(let result): answer(delivery.tag, result)
      case .cancel(let orders): pipeline.push(encode(.cancel(CancelPush(tasks: orders.map(order)))))
      case .deregister(let deadline, let reason):
        pipeline.push(encode(.deregister(DeregisterPush(deadline: deadline, reason: reason))))
      case .requestUsage: pipeline.push(encode(.requestUsage))
      case .listen(let since):
        connection.whenHeard(after: since) { [weak self] in
          if let self { self.context.queue.heardAgain(self) }
        }
      case .close(let code, let reason): closing = (code, reason)
      case .view: break
      }
    }
    if let closing { end(code: closing.code, reason: closing.reason) } else { process() }
  }
}
