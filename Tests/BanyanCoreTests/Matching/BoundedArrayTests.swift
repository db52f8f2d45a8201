import BanyanCore
import Testing

/// `array.max_running`: so many of one array are live at a time, however many fit.
struct BoundedArrayTests {
  static func array(_ size: Int, most: UInt32) -> [TaskDraft] {
    (0..<size).map { number in
      Bench.draft {
        $0.array = ArrayPlace(name: "sweep", index: Int64(number), maxRunning: most)
        $0.resources?.coreCount = 1
      }
    }
  }

  @Test func noMoreThanThatRunAtATime() throws {
    var bench = Bench()
    let workers = try ["a", "b"].map { try bench.worker($0, cores: 8).worker.id }
    _ = try bench.perform(.submit(Submission(tasks: Self.array(10, most: 3), by: bench.ann)))
    var left = 10
    while left > 0 {
      var running: [(WorkerID, ClaimedTask)] = []
      for worker in workers { running += try bench.claim(worker).map { (worker, $0) } }
      #expect(running.count == min(3, left))
      for (worker, task) in running { #expect(try bench.report(worker, task) == nil) }
      left -= running.count
    }
  }

  @Test func othersGoPast() throws {
    var bench = Bench()
    let worker = try bench.worker(cores: 8).worker.id
    _ = try bench.perform(.submit(Submission(tasks: Self.array(5, most: 1), by: bench.ann)))
    let other = try bench.submit(Bench.draft())[0]
    let claimed = try bench.claim(worker)
    #expect(claimed.count == 2)
    #expect(claimed.last?.id == other)
    let before = bench.state.matchingGeneration
    #expect(try bench.report(worker, claimed[0]) == nil)
    #expect(bench.state.matchingGeneration != before, "waiting claims look again when one of the array ends")
    #expect(try bench.claim(worker).count == 1)
  }

  @Test func aClaimByIdentifierIsRefusedToo() throws {
    var bench = Bench()
    let worker = try bench.worker(cores: 8).worker.id
    _ = try bench.perform(.submit(Submission(tasks: Self.array(2, most: 1), by: bench.ann)))
    let first = try bench.claim(worker)
    #expect(first.count == 1)
    let waiting = try #require(bench.state.view.allIDs().first { $0 != first[0].id })
    #expect(throws: Rejection.self) { try bench.perform(.claim(Claim(worker: worker, task: waiting))) }
  }
}
