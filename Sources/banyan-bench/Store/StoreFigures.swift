import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanStore

/// The figures of the store alone, and of a server's while it takes a snapshot.
enum StoreFigures {
  /// Commands of one task's submit, decided before, a second: encoded, appended, synced, so many at once.
  static func durableRecords(batch: Int, seconds: Double, in folder: String) throws -> (rate: Double, bytes: Int) {
    let store = try FolderStore(path: folder)
    _ = try store.recoverQueue()
    let journal = try store.openJournal()
    let frames = try frames(10_000)
    var next = 0
    var done = 0
    var bytes = 0
    let watch = Stopwatch()
    while watch.seconds < seconds {
      for _ in 0..<batch {
        journal.append(frames[next])
        next = (next + 1) % frames.count
      }
      bytes = journal.pendingBytes / batch
      try journal.commit(sync: true)
      done += batch
    }
    let rate = Double(done) / watch.seconds
    try journal.close()
    return (rate, bytes)
  }

  private static func frames(_ count: Int) throws -> [Frame] {
    var load = EngineWorkload()
    return try (0..<count).map { number in
      let first = load.state.sequence + 1
      let submission = Submission(tasks: [EngineWorkload.draft(number)], by: load.provider)
      let outcome = try load.state.perform(.submit(submission), at: load.now, entropy: &load.entropy)
      return Frame(firstSequence: first, time: load.now, events: outcome.events)
    }
  }

  /// Fills a folder: so many tasks in a snapshot, and so many changes in the journal behind it.
  static func fill(_ folder: String, tasks: Int, changes: Int) throws {
    let store = try FolderStore(path: folder)
    _ = try store.recoverQueue()
    let journal = try store.openJournal()
    var load = EngineWorkload()
    func perform(_ command: Command) throws -> Answer {
      let first = load.state.sequence + 1
      let outcome = try load.state.perform(command, at: load.now, entropy: &load.entropy)
      if !outcome.events.isEmpty {
        journal.append(Frame(firstSequence: first, time: load.now, events: outcome.events))
      }
      if journal.pendingBytes > 4 << 20 { try journal.commit(sync: true) }
      return outcome.answer
    }
    _ = try perform(.start)
    for start in stride(from: 0, to: tasks, by: 1000) {
      let drafts = (start..<min(start + 1000, tasks)).map { EngineWorkload.draft($0) }
      _ = try perform(.submit(Submission(tasks: drafts, by: load.provider)))
    }
    try journal.commit(sync: true)
    _ = try store.putSnapshot(of: load.state.view) { () throws(StoreError) in true }
    let offer = ResourceOffer(memoryBytes: 1 << 40, cores: 64, maxTasks: 1_000_000)
    guard
      case .welcomed(let welcome) = try perform(
        .hello(Hello(by: load.machines, name: "w", instance: "1", offer: offer)))
    else { return }
    let worker = welcome.worker.id
    // A change is a command: a claim, a start, a report.
    for _ in 0..<(changes / 3) {
      guard case .claimed(let tasks) = try perform(.claim(Claim(worker: worker, max: 1))), let task = tasks.first else {
        break
      }
      let token = AttemptProof.genuine(claimNumber: task.attempt.claimNumber, epoch: task.attempt.epoch)
      _ = try perform(
        .started(
          worker, [AttemptStart(task: task.id, token: token, timeStarted: load.now, workingDirectory: "/work")]))
      let report = AttemptReport(
        task: task.id, token: token, state: .terminated, exitStatus: ExitStatus.success, timeTerminated: load.now)
      _ = try perform(.report(worker, [report]))
    }
    try journal.close()
  }
}
