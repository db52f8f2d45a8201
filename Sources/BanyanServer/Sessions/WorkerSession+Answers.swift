import BanyanCore
import BanyanWire
import NIOCore

/// What the worker is told of what the queue decided.
extension WorkerSession {
  func order(_ cancellation: Cancellation) -> CancelPush.Order {
    CancelPush.Order(
      attempt: AttemptName(
        task: cancellation.task,
        token: context.tokens.token(
          task: cancellation.task, claimNumber: cancellation.claimNumber, epoch: cancellation.epoch)),
      maxShutdownTimeMilliseconds: cancellation.grace)
  }

  func answer(_ tag: UInt64, _ result: Result<Answer, Rejection>) {
    guard let pending = pipeline.settle(tag) else { return }
    if let kind = pending.request.kind { context.meter.answered(kind, since: pending.since) }
    switch pending.request {
    case .hello(let id):
      pipeline.answer(pending.place, encode(welcome(id, result)))
      pipeline.release()
    case .claim(let id), .waitingClaim(let id):
      waits.removeValue(forKey: tag)?.cancel()
      pipeline.answer(pending.place, answerClaim(id, result))
    case .judged(let kind, let id, let faults):
      pipeline.answer(pending.place, encode(judged(kind, id, faults, result)))
    case .unanswered: break
    }
  }

  private func welcome(_ id: MessageID?, _ result: Result<Answer, Rejection>) -> ServerMessage {
    switch result {
    case .success(.welcomed(let welcome)):
      worker = welcome.worker.id
      return .welcome(
        WelcomeMessage(
          id: id, workerID: welcome.worker.id, serverVersion: context.version, serverIdentity: context.identity,
          leaseMilliseconds: context.lease, heartbeatMilliseconds: context.heartbeat, attached: welcome.attached,
          held: welcome.held.map { AttemptName(task: $0.id, token: token($0)) },
          refused: welcome.refused.map { .init(task: $0.task, reason: $0.reason.message) }))
    case .success: return .error(ErrorMessage(id: id, code: 500, message: "The server's answer doesn't fit."))
    case .failure(let rejection): return .error(ErrorMessage(id: id, rejection))
    }
  }

  /// Answers a claim. What it was given and can't be told of goes back: all, if nobody is there to be told; what is more
  /// than a message holds.
  private func answerClaim(_ id: MessageID?, _ result: Result<Answer, Rejection>) -> [UInt8] {
    switch result {
    case .success(.claimed(let tasks)):
      if pipeline.intake == .closed || connection.isClosing {
        giveBack(tasks[...])
        return claimed(id, []).text
      }
      let (text, told) = claimed(id, tasks)
      giveBack(tasks.dropFirst(told))
      return text
    case .success: return encode(.error(ErrorMessage(id: id, code: 500, message: "The server's answer doesn't fit.")))
    case .failure(let rejection): return encode(.error(ErrorMessage(id: id, rejection)))
    }
  }

  /// The text of `claimed`, and how many of the tasks it names.
  func claimed(_ id: MessageID?, _ tasks: [ClaimedTask]) -> (text: [UInt8], told: Int) {
    var text: [UInt8] = []
    let told = ClaimedMessage.encode(id: id, tasks, limit: SocketLimits.maxMessageBytes, into: &text) {
      [tokens = context.tokens] task, token in
      tokens.write(task.id, task.attempt.claimNumber, task.attempt.epoch, to: token)
    }
    return (text, told)
  }

  private func giveBack(_ tasks: ArraySlice<ClaimedTask>) {
    guard let worker, !tasks.isEmpty else { return }
    let reports = tasks.map { task in
      AttemptReport(
        task: task.id, token: .genuine(claimNumber: task.attempt.claimNumber, epoch: task.attempt.epoch),
        state: .available, exitStatus: ExitStatus.released, timeTerminated: nil)
    }
    pipeline.post(TaskQueue.Posted(tag: 0, request: .untold(worker, reports)))
  }

  private func judged(
    _ kind: JudgedMessage.Kind, _ id: MessageID?, _ faults: [ItemFault], _ result: Result<Answer, Rejection>
  ) -> ServerMessage {
    switch result {
    case .success(.judged(let verdicts)):
      return .judged(
        JudgedMessage(
          kind: kind, id: id,
          results: verdicts.map { .init(task: $0.task, code: $0.refusal?.kind.rawValue, reason: $0.refusal?.message) },
          faults: faults))
    case .success: return .error(ErrorMessage(id: id, code: 500, message: "The server's answer doesn't fit."))
    case .failure(let rejection): return .error(ErrorMessage(id: id, rejection))
    }
  }

  private func token(_ claimed: ClaimedTask) -> String {
    context.tokens.token(
      task: claimed.id, claimNumber: claimed.attempt.claimNumber, epoch: claimed.attempt.epoch)
  }

  func encode(_ message: ServerMessage) -> [UInt8] {
    var text: [UInt8] = []
    message.encode(into: &text)
    return text
  }
}
