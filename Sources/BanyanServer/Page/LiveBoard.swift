import BanyanCore
import BanyanJSON
import BanyanWire
import NIOCore

/// What the live page shows: the queue in counts, and the newest of everything. It is made at most once a second,
/// whoever watches, and costs the same for a million tasks as for ten (but for the counts by queue, which take a look
/// at every row).
actor LiveBoard {
  private let loop: any EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  private let queue: TaskQueue
  private let clock: any Timekeeper
  /// The last one, and when it was made.
  private var current: (made: Int64, sequence: UInt64, text: [UInt8])?
  /// Of before the server's start.
  private var restored: RecentTasks?

  /// Milliseconds that one is good for.
  static let interval: Int64 = 1000

  init(queue: TaskQueue, clock: any Timekeeper) {
    loop = LongReads.shared.loop
    self.queue = queue
    self.clock = clock
  }

  /// Whether this is a user still.
  func knows(_ user: UserID) async -> Bool { await queue.read { $0.user(user) != nil } }

  /// What there is now, as one line of JSON.
  func text() async throws -> [UInt8] {
    while let current {
      let age = clock.monotonic - current.made
      guard age < Self.interval else { break }
      if await queue.sequence == current.sequence { return current.text }
      try await Task.sleep(for: .milliseconds(Self.interval - age))
    }
    let figures = await queue.figures()
    if restored == nil { restored = RecentTasks(of: figures.view) }
    var text: [UInt8] = []
    JSONText.object(into: &text) { write(figures, to: &$0) }
    current = (clock.monotonic, figures.view.sequence, text)
    return text
  }

  private func write(_ figures: QueueFigures, to body: inout JSONObjectWriter) {
    let view = figures.view
    body.set("time", clock.wall)
    body.set("sequence", Int64(clamping: view.sequence))
    body.object("states") { object in
      TaskFigures.write(TaskState.allCases.map { view.count($0) }, to: &object)
    }
    body.object("queues") { queues in
      for (name, counts) in view.countByQueue().sorted(by: { $0.key < $1.key }) {
        queues.object(dynamicKey: name.text) { TaskFigures.write(counts, to: &$0) }
      }
    }
    let rates = figures.meter.rates.total(of: .minute, at: figures.now)
    body.object("rates") { object in
      for (name, total) in [("submitted", rates.submitted), ("claimed", rates.claimed), ("ended", rates.ended)] {
        object.set(dynamicKey: name, (Double(total) / 60 * 10).rounded() / 10)
      }
    }
    body.array("workers") { list in
      for worker in view.workers.prefix(Self.maxWorkers) { list.object { Self.write(worker, figures, to: &$0) } }
    }
    writeTasks(figures, to: &body)
  }

  private static let maxWorkers = 500

  private func writeTasks(_ figures: QueueFigures, to body: inout JSONObjectWriter) {
    let view = figures.view
    let names = Dictionary(view.workers.map { ($0.record.id, $0.record.name) }, uniquingKeysWith: { first, _ in first })
    let live = view.workers.flatMap(\.live)
    body.set("running_total", live.count)
    let running = live.compactMap { view.record($0) }
      .sorted { ($0.attempts.last?.timeClaimed ?? 0) > ($1.attempts.last?.timeClaimed ?? 0) }
    body.array("running") { list in
      for task in running.prefix(RecentTasks.maxCount) { list.object { Self.write(task, names, to: &$0) } }
    }
    let recent = figures.meter.recent
    for (name, tasks) in [
      ("newest", Array(restored?.newest ?? []) + recent.newest),
      ("failed", Array(restored?.failed ?? []) + recent.failed),
    ] {
      // Some stand in both; forgotten ones in neither view.
      var seen: Set<TaskID> = []
      let records = tasks.reversed().filter { seen.insert($0).inserted }.lazy.compactMap { view.record($0) }
      body.array(dynamicKey: name) { list in
        for task in records.prefix(RecentTasks.maxCount) { list.object { Self.write(task, names, to: &$0) } }
      }
    }
  }

  private static func write(_ task: TaskRecord, _ workers: [WorkerID: String], to object: inout JSONObjectWriter) {
    object.set("_id", task.id.description)
    object.set("name", ifPresent: task.spec.name)
    object.set("state", task.state.name)
    object.set("queue", task.spec.queue)
    object.set("owner", task.spec.owner)
    object.set("created", task.created)
    object.set("updated", task.updated)
    object.set("cause", ifPresent: task.cause?.description)
    guard let attempt = task.attempts.last else { return }
    object.set("since", attempt.timeClaimed)
    object.set("worker", workers[attempt.workerID] ?? attempt.workerID.description)
    object.set("exit_status", ifPresent: attempt.exitStatus)
  }

  private static func write(_ worker: WorkerView, _ figures: QueueFigures, to object: inout JSONObjectWriter) {
    let record = worker.record
    object.set("_id", record.id.description)
    object.set("name", record.name)
    object.set("state", state(of: record, isConnected: figures.connected.contains(record.id)))
    object.set("tasks", worker.live.count)
    object.object("reserved") { held in
      held.set("cores", worker.usedCores)
      held.set("memory", worker.usedMemoryBytes)
      held.set("gpus", worker.usedGPUs.count)
    }
    object.object("offered") { offer in
      offer.set("cores", record.offer?.cores ?? 0)
      offer.set("memory", record.offer?.memoryBytes ?? 0)
      offer.set("gpus", record.offer?.gpus.count ?? 0)
    }
  }

  /// In one word, or a few.
  private static func state(of worker: WorkerRecord, isConnected: Bool) -> String {
    if worker.unregistering != nil { return "being unregistered" }
    if let quarantine = worker.quarantine { return "set aside: \(quarantine.reason)" }
    if let pause = worker.pause { return pause.note.map { "paused: \($0)" } ?? "paused" }
    if worker.isDraining { return "draining" }
    if isConnected { return "connected" }
    return worker.offer == nil ? "over REST" : "away"
  }
}
