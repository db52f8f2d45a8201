import BanyanCore

/// The words for why a task waits or ended.
enum WhySentence {
  /// So many are named; of the others the number is told.
  private static let maxNamed = 3

  static func sentence(_ why: Why) -> String {
    reason(why) + (why.passedOver.isEmpty ? "" : " \(passedOver(why)).")
  }

  /// For a column of a table.
  static func short(_ why: Why) -> String {
    shortReason(why) + (why.passedOver.isEmpty ? "" : "; \(passedOver(why))")
  }

  private static func reason(_ why: Why) -> String {
    switch why.reason {
    case .parents(let parents, let count):
      let names = some(parents.map { "\(title($0)) (\(state($0)))" }, of: count)
      return "It waits for \(count == 1 ? "" : "\(count) tasks: ")\(names)."
    case .notReleased:
      return "It waits for no other task: its provider has yet to ask for it to be available."
    case .held: return "It is on hold, until its provider lets it go."
    case .notBefore(let time): return "It is not to begin before \(DateForm.iso8601.text(time))."
    case .retryDelay(let time, let attempts):
      return "Attempt \(attempts) failed; the next one begins no earlier than \(DateForm.iso8601.text(time))."
    case .arrayLimit(let name, let limit):
      return "\(limit) of its array \(name) \(limit == 1 ? "runs" : "run"), which is the array's max_running."
    case .noWorkers: return "No worker is registered."
    case .noWorkerForQueue(let queue): return "No worker takes from its queue, \(queue)."
    case .neverFits(let worker, let shortages):
      return "No known worker could ever run it: the nearest, \(worker.name), has \(list(shortages.map(never)))."
    case .workersAside(let workers, let count):
      let reasons = some(workers.map(clause), of: count)
      return count == 1
        ? "The one worker that could run it takes nothing: \(reasons)."
        : "The \(count) workers that could run it take nothing: \(reasons)."
    case .nobodyHasIt(let workers, let count, let time):
      return "No known worker has what it needs: \(some(workers.map(clause), of: count)). "
        + "It is tried again from \(DateForm.iso8601.text(time)), or when a worker starts anew; "
        + "make the folder there, or cancel the task and submit it with one that is there."
    case .outlasts(let workers, let count, let time):
      return "It outlasts the workers that could run it: \(some(workers.map(clause), of: count)). "
        + "It is tried again from \(DateForm.iso8601.text(time)); say how long it takes (max_runtime or an estimate), "
        + "so that it goes to one that stays so long."
    case .noTime(let worker, let needed, let left):
      let word = needed.map { "It may take \(duration($0, up: true))" } ?? "It doesn't say how long it takes"
      return "\(word), and \(worker.name) stays \(duration(left, up: false)) more."
    case .busy(let worker, let shortages, let before):
      return "It waits for room: the nearest worker, \(worker.name), has \(list(shortages.map(now)))." + turn(before)
    case .reserved(let worker, let shortages, let expected):
      guard !shortages.isEmpty else {
        return "It has waited long, and \(worker.name) is kept free for it, which takes it with its next claim."
      }
      let time = expected.map { "; room is expected at \(DateForm.iso8601.text($0))" } ?? ""
      return "It has waited long, and \(worker.name) is kept free for it, which has \(list(shortages.map(now)))\(time)."
    case .behindReservation(let worker, let task):
      return "\(worker.name) has room and is kept free for \(title(task)), which has waited longer; "
        + "what ends in time may run there before."
    case .turn(let before):
      guard let before, before > 0 else { return "It is next: a worker that has room takes it with its next claim." }
      return "There is room for it, and it waits for its turn." + turn(before)
    case .running(let worker, let since):
      let contact = worker?.aside == .away ? ", which is out of contact" : ""
      return "It runs since \(DateForm.iso8601.text(since)) on \(worker?.name ?? "a worker that is gone")\(contact)."
    case .cancelling(let cause, let due):
      return "It is being ended (\(cause)); SIGKILL is due at \(DateForm.iso8601.text(due))."
    case .succeeded: return "It succeeded."
    case .ended(let above, let count): return ended(why.task, above, count)
    }
  }

  private static func shortReason(_ why: Why) -> String {
    switch why.reason {
    case .parents(let parents, let count):
      guard count == 1, let parent = parents.first else { return "after \(count) tasks" }
      return "after \(title(parent)) (\(state(parent)))"
    case .notReleased: return "not released by its provider"
    case .held: return "held"
    case .notBefore(let time): return "not before \(DateForm.iso8601.text(time))"
    case .retryDelay(let time, let attempts):
      return "attempt \(attempts) failed; again at \(DateForm.iso8601.text(time))"
    case .arrayLimit(_, let limit): return "\(limit) of its array \(limit == 1 ? "runs" : "run")"
    case .noWorkers: return "no worker"
    case .noWorkerForQueue(let queue): return "no worker takes from \(queue)"
    case .neverFits(let worker, let shortages):
      return "no worker could ever run it: \(worker.name) has \(list(shortages.map(never)))"
    case .workersAside(let workers, let count):
      return some(workers.map(clause), of: count)
    case .nobodyHasIt(let workers, let count, _), .outlasts(let workers, let count, _):
      return some(workers.map(clause), of: count)
    case .noTime(let worker, let needed, let left):
      let word = needed.map { "it may take \(duration($0, up: true))" } ?? "it doesn't say how long it takes"
      return "\(worker.name) stays \(duration(left, up: false)) more, \(word)"
    case .busy(let worker, let shortages, _): return "\(worker.name) has \(list(shortages.map(now)))"
    case .reserved(let worker, let shortages, _):
      guard !shortages.isEmpty else { return "\(worker.name) is kept free for it" }
      return "\(worker.name), kept free for it, has \(list(shortages.map(now)))"
    case .behindReservation(let worker, let task): return "\(worker.name) is kept free for \(title(task))"
    case .turn(let before): return before.map { $0 > 0 ? "\($0) before it" : "next" } ?? "for its turn"
    case .running(let worker, _): return worker?.aside == .away ? "\(worker?.name ?? "") is out of contact" : ""
    case .cancelling(let cause, let due): return "\(cause); SIGKILL at \(DateForm.iso8601.text(due))"
    case .succeeded: return ""
    case .ended: return why.task.cause ?? ""
    }
  }

  /// What a worker that takes nothing is.
  static func words(_ aside: WorkerMention.Aside) -> String {
    switch aside {
    case .paused(let note): note.map { "paused (\($0))" } ?? "paused"
    case .draining: "draining"
    case .quarantined: "in quarantine"
    case .unregistering: "being unregistered"
    case .forbidden: "not permitted to claim"
    case .away: "away"
    case .inOtherQueues: "claiming from other queues"
    case .gaveBack(let reason, _): "gave it back: \(reason)"
    }
  }

  // MARK: Parts

  /// A worker and what it is, or did.
  private static func clause(_ worker: WorkerMention) -> String {
    if case .gaveBack? = worker.aside { return "\(worker.name) \(worker.aside.map(words) ?? "")" }
    return "\(worker.name) is \(worker.aside.map(words) ?? "up")"
  }

  private static func passedOver(_ why: Why) -> String {
    some(why.passedOver.map(clause), of: why.passedOver.count)
  }

  /// A span of time in the largest unit or two, as in 45 s, 2 min, 1 h 30 min.
  private static func duration(_ milliseconds: Int64, up isUp: Bool) -> String {
    let (whole, rest) = max(0, milliseconds).quotientAndRemainder(dividingBy: 1000)
    let seconds = whole + (isUp && rest > 0 ? 1 : 0)
    if seconds < 120 { return "\(seconds) s" }
    let minutes = isUp && seconds > 0 ? (seconds - 1) / 60 + 1 : seconds / 60
    if minutes < 60 { return "\(minutes) min" }
    return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
  }

  private static func title(_ task: TaskMention) -> String { task.name ?? "\(task.id)" }

  private static func state(_ task: TaskMention) -> String {
    switch task.state {
    case .inactive, .available: "waiting"
    case .running: "running"
    case .pendingCancellation: "being cancelled"
    case .cancelled: "cancelled"
    case .terminated: task.cause == nil ? "succeeded" : "failed"
    }
  }

  private static func turn(_ before: Int?) -> String {
    guard let before, before > 0 else { return "" }
    return before == 1 ? " 1 task is before it." : " \(before) tasks are before it."
  }

  private static func ended(_ task: TaskMention, _ above: [TaskMention], _ count: Int) -> String {
    guard let first = above.last, count > 0 else { return how(task, "It") + "." }
    let distance = count == 1 ? "" : ", \(count) tasks above it,"
    return "It was cancelled because " + how(first, title(first) + distance) + "."
  }

  /// How a task ended, and by what.
  private static func how(_ task: TaskMention, _ subject: String) -> String {
    let cause = task.cause ?? ""
    guard task.state == .cancelled else { return "\(subject) failed: \(cause)" }
    return cause.hasPrefix("cancelled ") ? "\(subject) was \(cause)" : "\(subject) was cancelled: \(cause)"
  }

  /// Some of so many, in words.
  private static func some(_ words: [String], of count: Int) -> String {
    guard count > maxNamed else { return list(words) }
    return words.prefix(maxNamed - 1).joined(separator: ", ") + " and \(count - maxNamed + 1) more"
  }

  private static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }

  private static func never(_ shortage: Shortage) -> String {
    let (there, unit) = amount(shortage.offered, shortage.resource)
    return "\(there)\(unit) of \(amount(shortage.wanted, shortage.resource).text)"
  }

  private static func now(_ shortage: Shortage) -> String {
    let (free, unit) = amount(shortage.free, shortage.resource)
    return "\(free)\(unit) free of \(amount(shortage.wanted, shortage.resource).text)"
  }

  /// A number and what it counts, as in 2 cores, 512 MiB, 1 license.
  private static func amount(_ count: Int64, _ resource: String) -> (text: String, unit: String) {
    switch resource {
    case "cpu_memory_bytes": (ByteCount.text(count), " of memory")
    case "cpu_cores": ("\(count)", count == 1 ? " core" : " cores")
    case "gpus": ("\(count)", count == 1 ? " GPU that suits it" : " GPUs that suit it")
    case "tasks": ("\(count)", count == 1 ? " place" : " places")
    default: ("\(count)", " \(resource)")
    }
  }
}
