import BanyanCore

/// Requests for a state, of any task in any state by anybody: the table of the life cycle is walked, and what it
/// doesn't hold is refused.
extension Simulation {
  mutating func ask() {
    guard let from = pick(TaskState.allCases) else { return }
    let id = anyTask([from])
    guard let task = witness.tasks[id], let request = pick(TaskState.allCases) else { return }
    var patch = TaskPatch(task: id)
    patch.state = request
    if chance(0.5), let provider = asker(of: [id]) { return ask(patch, task, .provider, provider) }
    let holder = task.holds.last.flatMap { hold in workers.first { $0.id == hold.worker } }
    guard let worker = chance(0.9) ? holder ?? pick(workers) : pick(workers) else { return }
    var execution = ExecutionPatch(token: task.holds.last?.proof ?? .none)
    switch request {
    case .running: execution.workerID = worker.id
    case .terminated:
      execution.exitStatus = chance(0.6) ? ExitStatus.success : chance(0.9) ? "failure (exit 1)" : nil
      execution.timeTerminated = chance(0.95) ? now : nil
    case .available: execution.exitStatus = chance(0.3) ? ExitStatus.unreachable : nil
    default: execution.exitStatus = ExitStatus.cancelled
    }
    if chance(0.05) { execution.token = pick([.none, .forged, .genuine(claimNumber: 1, epoch: 1)]) ?? .none }
    patch.execution = execution
    ask(patch, task, .worker, worker.user)
  }

  private mutating func ask(_ patch: TaskPatch, _ task: Witness.Task, _ asker: Asker, _ by: Principal) {
    guard let request = patch.state else { return }
    let step = Coverage.Step(from: task.state, asker: asker, request: request)
    let isRequeued = task.live.map { witness.isRequeued($0.worker) } ?? false
    let outcome = perform(.update([patch], by: by))
    guard failures.isEmpty else { return }
    if outcome == nil {
      let kind = refusal?.kind ?? .malformed
      coverage.refused[step, default: [:]][kind, default: 0] += 1
    } else {
      let state = witness.tasks[task.id]?.state ?? task.state
      coverage.walked[step, default: [:]][state, default: 0] += 1
      let isRepeat = asker == .worker && task.state.isEnded
      let isReleased = asker == .worker && !task.state.isLive && request != .running
      require(
        task.state.allows(request, by: asker) || isRepeat || isReleased
          || Self.leftToTheRules(step, requeued: isRequeued),
        .refusals, "\(step) is not in the table, and was done")
    }
    if asker == .worker {
      for place in workers.indices where witness.tasks[task.id]?.live?.worker != workers[place].id {
        workers[place].drop(task.id)
      }
      if request == .running, let outcome, case .updated(let updated) = outcome.answer {
        for place in workers.indices where workers[place].id == patch.execution?.workerID {
          workers[place].receive(updated.compactMap(\.claimed))
        }
      }
    }
  }

  /// Steps that the rules beside the table allow: a release that crosses a cancellation, and a cancellation by a worker
  /// whose tasks are given back.
  static func leftToTheRules(_ step: Coverage.Step, requeued: Bool) -> Bool {
    step.isLeftToTheRules
      || (requeued && step.asker == .worker && step.from == .running && step.request == .cancelled)
  }
}
