import BanyanCore

/// Why a task waits, or why it ended, as a document: `reason` is a word for programs, `sentence` and `short` are for
/// people, and the other members say what the reason is about.
public enum WhyDocument {
  /// As documents show it.
  /// - Parameters:
  ///   - why: why it waits or ended.
  ///   - expected: when it should begin and end; nil: nothing is known of it.
  public static func document(_ why: Why, expected: ExpectedTask? = nil) -> Document {
    var document = Document([
      ("_id", .identifier(why.task.id)),
      ("name", FieldValue(why.task.name)),
      ("state", .text(why.task.state.name)),
      ("reason", .text(word(of: why.reason))),
      ("sentence", .text(WhySentence.sentence(why))),
      ("short", .text(WhySentence.short(why))),
    ])
    if why.task.state.isEnded { document.append("cause", FieldValue(why.task.cause)) }
    add(why.reason, to: &document)
    if !why.passedOver.isEmpty { document.append("passed_over", .list(why.passedOver.map(value))) }
    if !why.task.state.isEnded { expected?.add(to: &document) }
    return document
  }

  static func word(of reason: Why.Reason) -> String {
    switch reason {
    case .parents: "parents"
    case .notReleased: "not_released"
    case .held: "held"
    case .notBefore: "not_before"
    case .retryDelay: "retry_delay"
    case .arrayLimit: "array_limit"
    case .noWorkers: "no_workers"
    case .noWorkerForQueue: "no_worker_for_queue"
    case .neverFits: "never_fits"
    case .workersAside: "workers_aside"
    case .nobodyHasIt: "folder_missing"
    case .noTime, .outlasts: "time_left"
    case .busy: "resources"
    case .reserved: "reserved"
    case .behindReservation: "behind_reservation"
    case .turn: "turn"
    case .running: "running"
    case .cancelling: "cancelling"
    case .succeeded: "succeeded"
    case .ended(_, let count): count > 0 ? "ended_with_parent" : "ended"
    }
  }

  private static func add(_ reason: Why.Reason, to document: inout Document) {
    switch reason {
    case .parents(let parents, let count):
      document.append("parents", .list(parents.map(value)))
      document.append("parent_count", .integer(Int64(count)))
    case .notReleased, .held, .noWorkers, .succeeded: break
    case .notBefore(let until): document.append("until", .date(until))
    case .retryDelay(let until, let attempts):
      document.append("until", .date(until))
      document.append("attempt_count", .integer(Int64(attempts)))
    case .arrayLimit(let name, let limit):
      document.append("array", .object(of: [("name", .text(name)), ("max_running", .integer(Int64(limit)))]))
    case .noWorkerForQueue(let queue): document.append("queue", .text(queue))
    case .neverFits(let worker, let shortages):
      document.append("worker", value(worker))
      document.append("lacks", .list(shortages.map(value)))
    case .workersAside(let workers, let count):
      document.append("workers", .list(workers.map(value)))
      document.append("worker_count", .integer(Int64(count)))
    case .busy(let worker, let shortages, let before):
      document.append("worker", value(worker))
      document.append("lacks", .list(shortages.map(value)))
      document.append("before", FieldValue(before.map(Int64.init)))
    case .nobodyHasIt(let workers, let count, let until), .outlasts(let workers, let count, let until):
      document.append("workers", .list(workers.map(value)))
      document.append("worker_count", .integer(Int64(count)))
      document.append("until", .date(until))
    case .noTime(let worker, let needed, let left):
      document.append("worker", value(worker))
      document.append("needed_milliseconds", FieldValue(needed))
      document.append("left_milliseconds", .integer(left))
    case .reserved(let worker, let shortages, let expected):
      document.append("worker", value(worker))
      document.append("lacks", .list(shortages.map(value)))
      document.append("until", FieldValue(date: expected))
    case .behindReservation(let worker, let task):
      document.append("worker", value(worker))
      document.append("kept_for", value(task))
    case .turn(let before): document.append("before", FieldValue(before.map(Int64.init)))
    case .running(let worker, let since):
      document.append("worker", worker.map(value) ?? .missing)
      document.append("since", .date(since))
    case .cancelling(let cause, let killDue):
      document.append("cause", .text(cause))
      document.append("until", .date(killDue))
    case .ended(let above, let count):
      if count > 0 {
        document.append("above", .list(above.map(value)))
        document.append("above_count", .integer(Int64(count)))
      }
    }
  }

  private static func value(_ task: TaskMention) -> FieldValue {
    .object(of: [
      ("_id", .identifier(task.id)), ("name", FieldValue(task.name)), ("state", .text(task.state.name)),
      ("cause", FieldValue(task.cause)),
    ])
  }

  private static func value(_ worker: WorkerMention) -> FieldValue {
    .object(of: [
      ("_id", .identifier(worker.id)), ("name", .text(worker.name)),
      ("takes_nothing", FieldValue(worker.aside.map(WhySentence.words))),
    ])
  }

  private static func value(_ shortage: Shortage) -> FieldValue {
    .object(of: [
      ("resource", .text(shortage.resource)), ("wanted", .integer(shortage.wanted)),
      ("free", .integer(shortage.free)), ("offered", .integer(shortage.offered)),
    ])
  }
}
