import BanyanClient
import BanyanJSON
import BanyanTerminal

import Glibc

/// One run of graphs: submits, follows, and says at the end what ran, how long it took and where the output is.
struct GraphRun: Sendable {
  /// Where the queue is.
  enum Place: Sendable {
    /// A server that goes on without this process.
    case elsewhere
    /// In this process; `memory`: its folder stays, and the same command goes on there.
    case here(logs: String, memory: RunMemory?)
  }

  let session: Session
  let graphs: [Graph]
  let terminal: Terminal
  let place: Place

  private var memory: RunMemory? { if case .here(_, let memory) = place { memory } else { nil } }
  /// Where the logs lie, if that is on this machine.
  private var logs: String? { if case .here(let logs, _) = place { logs } else { nil } }

  func run() async throws -> CommandStatus {
    let started = ContinuousClock.now
    let signals = Interrupts.stream([SIGINT, SIGTERM, SIGHUP])
    var jobs: [Int64] = []
    for place in graphs.indices { jobs.append(try await job(at: place)) }
    try await tellOthers(jobs)
    var ids: [String] = []
    for job in jobs { ids += try await session.jobs.ids(of: job) }
    let names = graphs.map { $0.name ?? $0.file }.joined(separator: ", ")
    Output.remark("\(Escaping.shown(names)): \(ids.count) task\(ids.count == 1 ? "" : "s")")
    let display = ProgressDisplay(terminal: terminal, total: ids.count, verbosity: .everything)
    let interruptions = Interruptions(session, jobs, display)
    guard let seen = try await follow(ids, display, signals, interruptions) else {
      // Nobody is there to be told anything.
      throw Interruption("the terminal was closed; the same command goes on")
    }
    await display.finish()
    if await interruptions.isAlone { return .interrupted }
    let summary = RunSummary(
      session: session, graphs: graphs, terminal: terminal, logs: logs, ids: ids, seen: seen,
      took: ContinuousClock.now - started)
    try await summary.print()
    if await interruptions.count > 0 { return .interrupted }
    return Waiting.status(of: ids, seen)
  }

  /// Follows the tasks to their end, and obeys signals meanwhile; nil: what runs is to run on without this process.
  private func follow(
    _ ids: [String], _ display: ProgressDisplay, _ signals: AsyncStream<Int32>, _ interruptions: Interruptions
  ) async throws -> [String: TaskView]? {
    let watcher = try session.watcher(of: ids)
    let leaves = memory != nil
    return try await withThrowingTaskGroup(of: [String: TaskView]?.self) { group in
      group.addTask { try await watcher.run { sight in await display.show(sight) } }
      group.addTask {
        for await signal in signals {
          if signal == SIGHUP, leaves { return nil }
          await interruptions.next(signal)
        }
        // Cancelled: all have ended, and the other one has said how.
        throw CancellationError()
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }

  // MARK: Jobs

  /// The job of a graph: a new one; or the one that the same command made here before, of which is tried again what failed.
  private func job(at place: Int) async throws -> Int64 {
    if let number = try memory?.job(at: place), let job = try await known(number) {
      guard job.isEnded, job.state != .succeeded else {
        let words = job.isEnded ? "has succeeded already; another --data runs it anew" : "goes on"
        Output.remark(Escaping.shown("\(job.title) \(words)"))
        return number
      }
      _ = try await session.jobChanges.retry(number)
      Output.remark(Escaping.shown("\(job.title) goes on: what failed is tried again"))
      return number
    }
    let made = try await session.submitter.submit(graphs[place].job(), key: memory?.key(at: place))
    try memory?.remember(made.number, at: place)
    for remark in made.remarks { Output.complaint(remark) }
    return made.number
  }

  private func known(_ number: Int64) async throws -> JobView? {
    do {
      return try await session.jobs.job(number)
    } catch let error as ServerError where error.status == 404 {
      return nil
    }
  }

  /// A queue that stays may hold what other commands began.
  private func tellOthers(_ jobs: [Int64]) async throws {
    guard memory != nil else { return }
    let items = try await session.list("/jobs", query: [("where", JobFilter.alive.encodedString())], limit: 10).items
    for job in items.compactMap({ JobView($0) }) where !jobs.contains(job.number) {
      Output.remark(Escaping.shown("\(job.title) of an earlier run here has not ended, and runs beside this one"))
    }
  }

  /// What Ctrl-C does: first it cancels, then it kills, then it leaves.
  private actor Interruptions {
    private let session: Session
    private let jobs: [Int64]
    private let display: ProgressDisplay
    private(set) var count = 0
    /// The terminal is gone, and with it whoever could read.
    private(set) var isAlone = false

    init(_ session: Session, _ jobs: [Int64], _ display: ProgressDisplay) {
      self.session = session
      self.jobs = jobs
      self.display = display
    }

    func next(_ signal: Int32) async {
      count += 1
      if signal == SIGHUP { isAlone = true }
      switch count {
      case 1: await display.say("banyan: cancelling; Ctrl-C again kills what runs")
      case 2: await display.say("banyan: killing what runs; Ctrl-C again leaves at once")
      default: exit(CommandStatus.interrupted.rawValue)
      }
      do {
        for job in jobs { try await session.jobChanges.cancel(job, grace: count > 1 ? 0 : nil) }
      } catch {
        await display.say("banyan: not cancelled: \(error)")
      }
    }
  }
}
