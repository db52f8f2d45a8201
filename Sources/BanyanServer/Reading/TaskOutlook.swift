import BanyanCore
import BanyanWire

/// What a forecast says of tasks, for documents, with the names of what they wait for.
struct TaskOutlook: Sendable {
  private let forecast: Forecast
  private let view: QueueView
  private let now: Int64

  /// - Parameter now: the server's clock, milliseconds since 1970.
  init(_ forecast: Forecast, _ view: QueueView, now: Int64) {
    self.forecast = forecast
    self.view = view
    self.now = now
  }

  /// What is expected of a task; nil: it has ended, or nothing is.
  subscript(id: TaskID) -> ExpectedTask? {
    guard let expectation = forecast.tasks[id], let task = view.record(id), !task.state.isEnded else { return nil }
    let waits = task.workerID == nil
    let times = ExpectedTimes(start: waits ? expectation.start : nil, end: expectation.end, now: now)
    guard times.start != nil || times.end != nil else { return nil }
    return ExpectedTask(times: times, waitsFor: waits ? expectation.hold.flatMap(waitsFor) : nil)
  }

  private func waitsFor(_ hold: Forecast.Hold) -> ExpectedTask.WaitsFor? {
    switch hold {
    case .parent(let id): task(id).map(ExpectedTask.WaitsFor.parent)
    case .delay: .delay
    case .limit(let id): task(id).map(ExpectedTask.WaitsFor.limit)
    case .room(let id, let place):
      if let task = task(id), let worker = worker(place) { .room(task, on: worker) } else { nil }
    case .worker(let id): worker(id).map(ExpectedTask.WaitsFor.worker)
    }
  }

  private func task(_ task: TaskID) -> TaskMention? {
    view.record(task).map { TaskMention(id: task, name: $0.spec.name, state: $0.state, cause: nil) }
  }

  private func worker(_ worker: WorkerID) -> WorkerMention? {
    view.workers.first { $0.record.id == worker }.map { WorkerMention(id: worker, name: $0.record.name) }
  }
}
