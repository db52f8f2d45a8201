import BanyanCore
import BanyanJSON

/// Tasks in figures: how many there are of each kind, how long they waited and ran, what they used.
struct TaskFigures: Sendable {
  /// So many kinds of exit status are told apart; workers may report any string.
  static let maxStatuses = 100
  /// What the others are counted as.
  static let otherStatuses: CodePoints = "(other)"

  private(set) var count = 0
  private(set) var states = [Int](repeating: 0, count: TaskState.allCases.count)
  private(set) var attempts = 0
  private(set) var losses = 0
  private(set) var exitStatuses: [CodePoints: Int] = [:]
  /// From available to claimed, for each task's newest claim, milliseconds.
  private(set) var waiting = Spread()
  /// Each attempt's process, milliseconds on its worker's clock.
  private(set) var running = Spread()
  /// Of the attempts that somebody measured; nil: there are none.
  private(set) var cpuSeconds: Double?
  /// Bytes, of each attempt that somebody measured.
  private(set) var peakMemory = Spread()

  mutating func add(_ task: TaskRecord) {
    count += 1
    states[Int(task.state.rawValue)] += 1
    attempts += task.attempts.count
    losses += Int(task.lossCount)
    if let last = task.attempts.last, task.availableSince > 0, last.timeClaimed >= task.availableSince {
      waiting.record(last.timeClaimed - task.availableSince)
    }
    for attempt in task.attempts {
      if let status = attempt.exitStatus { count(CodePoints(status)) }
      if let runtime = attempt.runtime { running.record(runtime) }
      if let seconds = attempt.usage.cpuSeconds { cpuSeconds = (cpuSeconds ?? 0) + seconds }
      if let peak = attempt.usage.peakMemoryBytes { peakMemory.record(peak) }
    }
  }

  private mutating func count(_ status: CodePoints) {
    let isKnown = exitStatuses[status] != nil || exitStatuses.count < Self.maxStatuses
    exitStatuses[isKnown ? status : Self.otherStatuses, default: 0] += 1
  }

  func write(to object: inout JSONObjectWriter) {
    object.set("count", count)
    object.object("by_state") { Self.write(states, to: &$0) }
    object.object("attempts") { body in
      body.set("count", attempts)
      body.set("lost", losses)
    }
    object.object("exit_statuses") { body in
      for (status, count) in exitStatuses.sorted(by: { $0.key < $1.key }) { body.set(dynamicKey: status.text, count) }
    }
    object.object("waiting") { waiting.write(to: &$0) }
    object.object("running") { running.write(to: &$0) }
    if let cpuSeconds { object.set("cpu_seconds", cpuSeconds) } else { object.setNull("cpu_seconds") }
    object.object("peak_memory_bytes") { peakMemory.write(to: &$0) }
  }

  /// Numbers by state, in the order of a task's life.
  static func write(_ counts: [Int], to object: inout JSONObjectWriter) {
    for state in TaskState.allCases { object.set(dynamicKey: state.name, counts[Int(state.rawValue)]) }
  }
}
