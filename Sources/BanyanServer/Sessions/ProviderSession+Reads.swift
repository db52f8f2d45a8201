import BanyanCore
import BanyanWire

/// Requests that look through all tasks: done elsewhere, on the queue as it was at their turn.
extension ProviderSession {
  /// Filters elsewhere, and comes back with the answer.
  func read(_ tag: UInt64, on view: QueueView) {
    guard let pending = pipeline.settle(tag), pipeline.intake != .closed else { return }
    let reader = LongReads.Asker(user: principal.user)
    switch pending.request {
    case .get(let get):
      let options = DocumentOptions(
        dates: .iso8601, environments: ShownEnvironments(for: principal), projection: get.query.projection)
      let (usage, limit) = (context.usage, SocketLimits.maxMessageBytes)
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
        session.resumeIntake()
      }
    case .submit, .submitJob, .cancel: break
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
        "The first item alone is more than the \(SocketLimits.maxMessageBytes) bytes of a message; ask for less of it by projection."
    ).encode(into: &text)
    return text
  }

  private func finish(_ pending: RequestPipeline<Asked>.Pending, _ text: [UInt8]) {
    context.meter.answered(.get, since: pending.since)
    pipeline.answer(pending.place, text)
    carryOut()
    connection.whenDrained { [weak self] in self?.assumeIsolated { $0.resumeIntake() } }
  }

  /// One command, whatever became of them since they were found: nothing can begin between two of them, and what began
  /// meanwhile is told to stop.
  private func cancel(_ tasks: [TaskID], others: Int, _ request: CancelRequest, _ place: AnswerQueue.Place?) {
    pipeline.ask(
      .command(.cancel(tasks, grace: request.grace, by: principal)), as: .cancel(request.id, others: others),
      place: place, at: RequestMeter.now())
    resumeIntake()
  }
}
