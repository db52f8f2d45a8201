import BanyanCore
import Testing

@Suite struct RestorationTests {
  @Test func recordsAndReplayGiveTheLiveState() throws {
    var bench = Bench()
    let worker = try bench.worker(cores: 2).worker.id
    let ids = try bench.submit(
      Bench.draft("a") { $0.resources?.coreCount = 1 }, Bench.draft("b", after: [.name("a")]),
      Bench.draft("c") { $0.notBefore = 1_700_000_900_000 }, Bench.draft("d", held: true),
      Bench.draft("e") { $0.maxAttemptCount = 2 })
    let claimed = try bench.claim(worker)
    let view = bench.state.view
    let before = bench.events.count
    #expect(try bench.report(worker, claimed[0]) == nil)
    #expect(try bench.report(worker, claimed[1], "failure (exit 1)") == nil)
    _ = try bench.cancel(ids[3])
    var restoration = Restoration(
      sequence: view.sequence, epoch: view.epoch, time: view.time, nextTurn: view.nextTurn,
      nextJob: view.nextJob)
    for user in view.users { restoration.add(user) }
    for worker in view.workers { restoration.add(worker.record) }
    view.forEachWrittenJob { job in
      restoration.add(job)
      return true
    }
    view.forEachTask {
      restoration.add($0); return true
    }
    var restored = try restoration.finish()
    #expect(restored.violations() == [])
    for event in bench.events[before...] { restored.apply(event, at: bench.now) }
    #expect(restored.violations() == [])
    #expect(restored.sequence == bench.state.sequence)
    for id in ids {
      #expect(
        "\(restored.record(id).map(Sameness.init) as Any)" == "\(bench.state.record(id).map(Sameness.init) as Any)")
    }
  }

  /// The counter in identifiers begins anew at times, also within an array.
  @Test func anArrayFromBeforeThereWereJobsIsOneWhicheverIdentifierIsTheLeast() throws {
    let ids = [9, 1, 2].map { TaskID(seconds: 1_700_000_000, rest: $0) }
    var restoration = Restoration(sequence: 3, epoch: 1, time: 1_700_000_000_000, nextTurn: 1, nextJob: 1)
    for (place, id) in ids.enumerated() {
      var fields = TaskFields()
      fields.array = ArrayPlace(name: "sweep", index: Int64(place), batch: ids[0])
      restoration.add(
        TaskRecord(
          id: id, updated: id.created, spec: TaskSpec(owner: "ann", fields: fields), state: .inactive, isHeld: false,
          pendingDependencyCount: 0, attemptCount: 0, lossCount: 0, claimNumber: 0, cause: nil, availableSince: 0,
          turn: 0, delayedUntil: 0, killDue: 0, allContinuations: [], continuations: [], attempts: []))
    }
    let restored = try restoration.finish()
    #expect(restored.violations() == [])
    #expect(restored.view.jobCount == 1)
    #expect(restored.view.job(JobNumber(1))?.name == "sweep")
    #expect(ids.map { restored.record($0)?.place?.member } == [1, 2, 3])
  }
}

/// All of a record that has to be the same after a restart, as text.
private struct Sameness: CustomStringConvertible {
  let description: String
  init(_ record: TaskRecord) {
    description =
      "\(record.id) \(record.created) \(record.state) \(record.spec.fields) \(record.attempts) \(record.turn) \(record.delayedUntil) \(record.allContinuations) \(record.pendingDependencyCount) \(record.attemptCount) \(record.updated) \(record.cause?.description ?? "")"
  }
}
