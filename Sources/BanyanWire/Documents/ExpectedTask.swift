import BanyanCore

/// When a task should begin and end, and what it waits for until then, as documents show it.
public struct ExpectedTask: Sendable {
  /// When it should begin and end.
  public let times: ExpectedTimes
  /// What has to come about before it can start; nil: nothing, or it runs.
  public let waitsFor: WaitsFor?

  /// What has to come about before a task can start.
  public enum WaitsFor: Sendable {
    /// This task ends, which it comes after.
    case parent(TaskMention)
    /// Its own time comes.
    case delay
    /// This one of its array ends.
    case limit(TaskMention)
    /// This one ends on this worker.
    case room(TaskMention, on: WorkerMention)
    /// This worker is resumed.
    case worker(WorkerMention)
  }

  /// When a task should begin and end, and what it waits for.
  public init(times: ExpectedTimes, waitsFor: WaitsFor?) {
    self.times = times
    self.waitsFor = waitsFor
  }

  /// Adds what is known to a document.
  func add(to document: inout Document) {
    times.add(to: &document, when: clause)
    guard times.start != nil, let waitsFor else { return }
    let (word, task, worker): (String, TaskMention?, WorkerMention?) =
      switch waitsFor {
      case .parent(let task): ("parent", task, nil)
      case .delay: ("delay", nil, nil)
      case .limit(let task): ("array_limit", task, nil)
      case .room(let task, let worker): ("room", task, worker)
      case .worker(let worker): ("worker", nil, worker)
      }
    document.append(
      "waits_for",
      .object(of: [
        ("what", .text(word)),
        (
          "task",
          task.map { .object(of: [("_id", .identifier($0.id)), ("name", FieldValue($0.name))]) } ?? .missing
        ),
        ("worker", worker.map { .object(of: [("_id", .identifier($0.id)), ("name", .text($0.name))]) } ?? .missing),
      ]))
  }

  private var clause: String? {
    switch waitsFor {
    case .parent(let task): ForecastSentence.clause("parent", task: task.name ?? task.id.description, worker: nil)
    case .delay: ForecastSentence.clause("delay", task: nil, worker: nil)
    case .limit(let task): ForecastSentence.clause("array_limit", task: task.name ?? task.id.description, worker: nil)
    case .room(let task, let worker):
      ForecastSentence.clause("room", task: task.name ?? task.id.description, worker: worker.name)
    case .worker(let worker): ForecastSentence.clause("worker", task: nil, worker: worker.name)
    case nil: nil
    }
  }
}
