import BanyanCore

/// All that can be read of a queue, as a value that two queues can be compared by. Slots, indexes and other things
/// that a restart may lay out otherwise are not in it.
package struct Portrait: Equatable {
  struct Task: Equatable {
    var updated: Int64
    var owner: String
    var fields: TaskFields
    var state: TaskState
    var isHeld: Bool
    var numbers: [UInt64]
    var cause: String?
    var allContinuations: [TaskID]
    var continuations: [TaskID]
    var attempts: [AttemptRecord]
    var place: JobPlace?
    var replaces: TaskID?
    var replacedBy: TaskID?
    var takenOverFrom: TaskID?
    var parameters: [String]

    init(_ record: TaskRecord) {
      place = record.place
      replaces = record.replaces
      replacedBy = record.replacedBy
      takenOverFrom = record.takenOverFrom
      parameters = record.parameters.flatMap { [$0.name, $0.value] }
      updated = record.updated
      owner = record.spec.owner
      fields = record.spec.fields
      state = record.state
      isHeld = record.isHeld
      numbers = [
        UInt64(record.pendingDependencyCount), UInt64(record.attemptCount), UInt64(record.lossCount),
        UInt64(record.claimNumber), UInt64(bitPattern: record.availableSince), record.turn,
        UInt64(bitPattern: record.delayedUntil), UInt64(bitPattern: record.killDue),
        UInt64(bitPattern: record.endedAt),
      ]
      cause = record.cause?.description
      allContinuations = record.allContinuations
      continuations = record.continuations
      attempts = record.attempts
    }
  }

  private struct Worker: Equatable {
    var record: WorkerRecord
    var live: [TaskID]
    var used: [Int64]
    var custom: [CodePoints: Int64]

    init(_ view: WorkerView) {
      record = view.record
      live = view.live
      used = [view.usedCores, view.usedMemoryBytes] + view.usedGPUs
      custom = view.usedCustom
    }
  }

  private struct Job: Equatable {
    var words: [String?]
    var times: [Int64?]
    var counts: JobCounts
    var memberCount: Int
    var labels: TextMap
    var families: [String?]
    var resumes: JobNumber?
    var takenOver: [JobMaking.TakenOver]

    init(_ record: JobRecord) {
      labels = record.labels
      families = record.families.map(\.name)
      resumes = record.resumes
      takenOver = record.takenOver
      words = [record.name, record.owner]
      times = [record.created, record.updated, record.started, record.lastEnd]
      counts = record.counts
      memberCount = record.memberCount
    }
  }

  private var tasks: [TaskID: Task] = [:]
  private var jobs: [JobNumber: Job] = [:]
  private var workers: [WorkerID: Worker] = [:]
  private var barred: [WorkerID: String] = [:]
  private var users: [User]
  private var keys: [IdempotencyKey: IdempotentAnswer] = [:]
  private var numbers: [UInt64]
  /// What each name means to each owner, and to a stranger.
  private var meanings: [String: TaskID] = [:]

  package init(_ state: QueueState) {
    let view = state.view
    users = view.users.sorted { $0.id < $1.id }
    numbers = [view.sequence, UInt64(view.epoch), UInt64(bitPattern: view.time), view.nextTurn, view.nextJob]
    view.forEachTask { record in
      tasks[record.id] = Task(record)
      return true
    }
    view.forEachJob { record in
      jobs[record.number] = Job(record)
      return true
    }
    let askers = Set(tasks.values.map(\.owner)).union(["a stranger"])
    for name in Set(tasks.values.compactMap(\.fields.name)) {
      for asker in askers { meanings["\(name), said by \(asker)"] = state.task(named: name, asker: asker) }
    }
    for worker in view.workers { workers[worker.record.id] = Worker(worker) }
    for name in view.barredNames { barred[name.id] = "\(name.user) \(name.name)" }
    for key in view.rememberedKeys { keys[key.key] = key.answer }
  }

  /// Where two portraits differ, in words.
  package func differences(to other: Portrait) -> [String] {
    var found: [String] = []
    for id in Set(tasks.keys).union(other.tasks.keys).sorted() where tasks[id] != other.tasks[id] {
      found.append("task \(id):\n    \(Self.text(tasks[id]))\n    \(Self.text(other.tasks[id]))")
    }
    for number in Set(jobs.keys).union(other.jobs.keys).sorted() where jobs[number] != other.jobs[number] {
      found.append("job \(number):\n    \(Self.text(jobs[number]))\n    \(Self.text(other.jobs[number]))")
    }
    for id in Set(workers.keys).union(other.workers.keys).sorted() where workers[id] != other.workers[id] {
      found.append("worker \(id):\n    \(Self.text(workers[id]))\n    \(Self.text(other.workers[id]))")
    }
    if barred != other.barred { found.append("barred names: \(barred), \(other.barred)") }
    if users != other.users { found.append("users differ") }
    if keys != other.keys { found.append("keys: \(keys.count), \(other.keys.count)") }
    for (name, task) in meanings.sorted(by: { $0.key < $1.key }) where other.meanings[name] != task {
      found.append("\(name) is \(task), and \(Self.text(other.meanings[name]))")
    }
    if numbers != other.numbers { found.append("sequence, epoch, time, turn, job: \(numbers), \(other.numbers)") }
    return found
  }

  static func text(_ value: Any?) -> String { value.map { "\($0)" } ?? "nothing" }
}
