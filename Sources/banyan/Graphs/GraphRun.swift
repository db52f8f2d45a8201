import BanyanClient
import BanyanJSON
import BanyanTerminal

/// One run of graphs: submits, follows, and says at the end what ran, how long it took and where the output is.
struct GraphRun: Sendable {
  let session: Session
  let graphs: [Graph]
  let terminal: Terminal
  /// Where the logs lie, if that is on this machine.
  let logs: String?

  func run() async throws -> CommandStatus {
    let started = ContinuousClock.now
    let signals = Interrupts.stream()
    let names = graphs.map { $0.name ?? $0.file }.joined(separator: ", ")
    var ids: [String] = []
    var jobs: [Int64] = []
    for graph in graphs {
      let made = try await session.submitter.submit(graph.job())
      for remark in made.remarks { Output.complaint(remark) }
      jobs.append(made.number)
      ids += try await session.jobs.ids(of: made.number)
    }
    Output.remark("\(Escaping.shown(names)): \(ids.count) tasks")
    let display = ProgressDisplay(terminal: terminal, total: ids.count, verbosity: .everything)
    let watcher = try session.watcher(of: ids)
    let submitted = jobs
    let interruption = Interruptions()
    let listening = Task {
      for await _ in signals { await interruption.next(session, submitted, display) }
    }
    defer { listening.cancel() }
    let seen = try await watcher.run { sight in await display.show(sight) }
    await display.finish()
    let summary = RunSummary(
      session: session, graphs: graphs, terminal: terminal, logs: logs, ids: ids, seen: seen,
      took: ContinuousClock.now - started)
    try await summary.print()
    if await interruption.count > 0 { return .interrupted }
    return Waiting.status(of: ids, seen)
  }

  /// What Ctrl-C does: first it cancels, then it kills, then it leaves.
  private actor Interruptions {
    private(set) var count = 0

    func next(_ session: Session, _ jobs: [Int64], _ display: ProgressDisplay) async {
      count += 1
      switch count {
      case 1: await display.say("banyan: cancelling; Ctrl-C again kills what runs")
      case 2: await display.say("banyan: killing what runs")
      default: break
      }
      do {
        for job in jobs { try await session.jobChanges.cancel(job, grace: count > 1 ? 0 : nil) }
      } catch {
        await display.say("banyan: not cancelled: \(error)")
      }
    }
  }
}
