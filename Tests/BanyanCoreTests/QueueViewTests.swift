import BanyanCore
import Testing

/// Rows that are looked at before anything is made of their tasks.
@Suite struct QueueViewTests {
  @Test func narrowedIsWhatAPlainScanFinds() throws {
    var bench = Bench()
    for owner in [bench.ann, bench.bob] {
      for queue in ["slow", TaskFields.defaultQueue] {
        let drafts = [true, true, true, true, false].map { available in
          Bench.draft(available: available) { $0.queue = queue }
        }
        for draft in drafts { _ = try bench.submit(draft, by: owner) }
      }
    }
    let worker = try bench.worker(cores: 16).worker.id
    let claimed = try bench.claim(worker, max: 12)
    for task in claimed.prefix(4) { #expect(try bench.report(worker, task) == nil) }
    try bench.perform(.cancel(claimed.suffix(3).map(\.id), grace: nil, by: bench.ann))
    var waiting: [TaskID] = []
    bench.state.view.forEachTask { record in
      if record.state == .available { waiting.append(record.id) }
      return true
    }
    try bench.perform(.cancel(Array(waiting.prefix(2)), grace: nil, by: bench.ann))

    let view = bench.state.view
    for state in TaskState.allCases { #expect(view.count(state) > 0, "\(state.name)") }
    var all: [TaskRecord] = []
    view.forEachTask { record in
      all.append(record)
      return true
    }
    let states: [Set<TaskState>?] =
      [nil, [], [.running, .pendingCancellation], [.available, .running], Set(TaskState.allCases)]
      + TaskState.allCases.map { [$0] }
    let queues: [Set<CodePoints>?] = [nil, ["slow"], [CodePoints(TaskFields.defaultQueue), "nowhere"]]
    let owners: [Set<CodePoints>?] = [nil, ["ann"], ["bob", "eve"]]
    for states in states {
      for queues in queues {
        for owners in owners {
          var found: [TaskID] = []
          var choice = TaskChoice()
          choice.standings = Standings { states?.contains($0.state) ?? true }
          (choice.queues, choice.owners) = (queues, owners)
          view.forEachTask(of: choice) { record in
            found.append(record.id)
            return true
          }
          let wanted = all.filter { record in
            states?.contains(record.state) ?? true && queues?.contains(CodePoints(record.spec.queue)) ?? true
              && owners?.contains(CodePoints(record.spec.owner)) ?? true
          }
          #expect(found == wanted.map(\.id))
        }
      }
    }
  }

  @Test func itEndsWhereTheBodyWantsNoMore() throws {
    var bench = Bench()
    _ = try bench.submit(Bench.draft(), Bench.draft(), Bench.draft())
    var count = 0
    var choice = TaskChoice()
    choice.standings = Standings { $0 == .available }
    bench.state.view.forEachTask(of: choice) { _ in
      count += 1
      return count < 2
    }
    #expect(count == 2)
  }
}
