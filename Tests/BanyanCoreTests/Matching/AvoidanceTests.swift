import BanyanCore
import Testing

/// Workers that a waiting task is not given to: another one first after a failure, none that lacks its folder.
struct AvoidanceTests {
  static func retried() throws -> (bench: Bench, workers: [WorkerID], task: TaskID) {
    var bench = Bench()
    let workers = try ["a", "b"].map { try bench.worker($0).worker.id }
    let task = try bench.submit(Bench.draft { $0.maxAttemptCount = 3 })[0]
    let claimed = try bench.claim(workers[0])
    #expect(try bench.report(workers[0], claimed[0], "failure (exit 1)") == nil)
    return (bench, workers, task)
  }

  @Test func anotherWorkerGetsTheNextAttempt() throws {
    var (bench, workers, task) = try Self.retried()
    #expect(try bench.claim(workers[0]).isEmpty)
    #expect(try bench.claim(workers[1]).map(\.id) == [task])
  }

  @Test func theSameWorkerGetsItAfterAWhile() throws {
    var (bench, workers, task) = try Self.retried()
    let later = try bench.submit(Bench.draft())[0]
    bench.now += 59_999
    _ = try bench.perform(.tick)
    #expect(try bench.claim(workers[0]).map(\.id) == [later])
    #expect(bench.state.nextDeadline == bench.now + 1)
    bench.now += 1
    let before = bench.state.arrivals
    _ = try bench.perform(.tick)
    #expect(bench.state.arrivals != before, "waiting claims look again")
    _ = try bench.submit(Bench.draft())
    #expect(try bench.claim(workers[0]).first?.id == task, "it kept its turn")
  }

  @Test func whereThereIsNobodyElseItComesBackAtOnce() throws {
    var bench = Bench()
    let worker = try bench.worker(cores: 4).worker.id
    _ = try bench.worker("small", cores: 1)
    let gone = try bench.worker("gone", cores: 4).worker.id
    bench.state.miss(gone)
    let task = try bench.submit(
      Bench.draft {
        $0.maxAttemptCount = 2
        $0.resources?.coreCount = 2
      })[0]
    #expect(try bench.report(worker, try bench.claim(worker)[0], "failure (exit 1)") == nil)
    #expect(try bench.claim(worker).map(\.id) == [task])
  }

  @Test func aWorkerThatLacksTheFolderIsPassedOverUntilItStartsAnew() throws {
    var bench = Bench()
    let worker = try bench.worker().worker.id
    let task = try bench.submit(Bench.draft { $0.workingDirectory = "/srv/here" })[0]
    let claimed = try bench.claim(worker)
    let refusal = try bench.report(
      worker, claimed[0], ExitStatus.released("no such folder: /srv/here"), state: .available, time: nil)
    #expect(refusal == nil)
    #expect(bench.state.record(task)?.attemptCount == 0, "uncharged")
    bench.now += 86_400_000
    _ = try bench.perform(.tick)
    #expect(try bench.claim(worker).isEmpty)
    let other = try bench.worker("other").worker.id
    #expect(try bench.claim(other).map(\.id) == [task])
    let second = try bench.claim(other)
    #expect(second.isEmpty)
    let held = try #require(bench.state.record(task)?.attempts.last)
    let back = ClaimedTask(record: claimed[0].record, attempt: held)
    _ = try bench.report(other, back, ExitStatus.released("cannot enter /srv/here"), state: .available, time: nil)
    #expect(try bench.claim(other).isEmpty)
    _ = try bench.worker(instance: "2")
    #expect(try bench.claim(worker).map(\.id) == [task])
  }

  @Test func aReleaseWithoutAReasonAvoidsNobody() throws {
    var bench = Bench()
    let workers = try ["a", "b"].map { try bench.worker($0).worker.id }
    let task = try bench.submit(Bench.draft())[0]
    let claimed = try bench.claim(workers[0])
    #expect(
      try bench.report(workers[0], claimed[0], ExitStatus.released, state: .available, time: nil) == nil)
    #expect(try bench.claim(workers[0]).map(\.id) == [task])
  }
}
