import Testing

@testable import BanyanCore

/// A worker that says how long it stays is given only what ends before.
struct TimeLeftTests {
  static let minute: Int64 = 60_000

  static func task(limit: Int64? = nil, estimate: Int64? = nil, cores: Int64 = 0) -> TaskDraft {
    Bench.draft {
      $0.maxRuntime = limit
      $0.estimatedRuntime = estimate
      $0.resources?.coreCount = cores
    }
  }

  @Test func itGetsWhatSaysThatItEndsBefore() throws {
    var bench = Bench()
    let worker = try bench.worker(stay: Stay(until: bench.now + 10 * Self.minute)).worker.id
    let ids = try bench.submit(
      Self.task(), Self.task(limit: 10 * Self.minute + 1), Self.task(limit: 10 * Self.minute),
      Self.task(estimate: 9 * Self.minute), Self.task(estimate: 11 * Self.minute),
      Self.task(limit: 60 * Self.minute, estimate: Self.minute), Self.task(limit: 5 * Self.minute, estimate: 20))
    #expect(try bench.claim(worker).map(\.id) == [ids[2], ids[3], ids[6]])
  }

  @Test func timeGoesByWhileAClaimWaits() throws {
    var bench = Bench()
    let worker = try bench.worker().worker.id
    let stay = Stay(until: bench.now + 10 * Self.minute)
    #expect(try bench.claim(worker, stay: stay).isEmpty)
    bench.now += 6 * Self.minute
    let ids = try bench.submit(Self.task(limit: 5 * Self.minute), Self.task(limit: 4 * Self.minute))
    #expect(try bench.claim(worker, stay: stay).map(\.id) == [ids[1]])
    bench.now += 4 * Self.minute
    _ = try bench.submit(Self.task(limit: 1), Self.task(estimate: 0))
    #expect(try bench.claim(worker, stay: stay).isEmpty, "its time is over")
    #expect(try bench.claim(worker).isEmpty, "it said so")
    #expect(try bench.claim(worker, stay: Stay(until: bench.now + 1)).count == 2, "its last word counts")
  }

  @Test func aHelloWithoutAWordStays() throws {
    var bench = Bench()
    let worker = try bench.worker(stay: Stay(until: bench.now)).worker.id
    let id = try bench.submit(Self.task())[0]
    #expect(try bench.claim(worker).isEmpty)
    _ = try bench.worker()
    #expect(try bench.claim(worker).map(\.id) == [id])
  }

  @Test func itMayAssumeWhatTasksDontSay() throws {
    var bench = Bench()
    let stay = Stay(until: bench.now + 10 * Self.minute, assumed: 3 * Self.minute)
    let worker = try bench.worker(stay: stay).worker.id
    let ids = try bench.submit(Self.task(limit: 11 * Self.minute), Self.task())
    #expect(try bench.claim(worker, max: 1).map(\.id) == [ids[1]])
    bench.now += 7 * Self.minute + 1
    _ = try bench.submit(Self.task())
    #expect(try bench.claim(worker).isEmpty)
  }

  @Test func aClaimByIdIsBoundByItToo() throws {
    var bench = Bench()
    let stay = Stay(until: bench.now + Self.minute)
    let worker = try bench.worker(stay: stay).worker.id
    let id = try bench.submit(Self.task())[0]
    #expect(try bench.claim(worker, task: id).isEmpty)
    var patch = TaskPatch(task: id)
    patch.state = .running
    patch.execution = ExecutionPatch(workerID: worker, token: .none)
    let refusal = try #require(throws: Rejection.self) { try bench.perform(.update([patch], by: bench.machines)) }
    #expect(refusal.issues.first?.trouble.contains("the worker w leaves in 60000 ms") == true)
  }

  @Test func itIsNotKeptFreeForWhatItCouldNotEnd() throws {
    var bench = Bench()
    let workers = try ["a", "b"].map { try bench.worker($0).worker.id }
    let busy = Self.task(limit: 10 * Self.minute, cores: 3)
    _ = try bench.submit(busy, Self.task(limit: 60 * Self.minute, cores: 3))
    // a is free in ten minutes, and leaves in twelve; b in an hour.
    for worker in workers { #expect(try bench.claim(worker, max: 1).count == 1) }
    let large = try bench.submit(Self.task(limit: 5 * Self.minute, cores: 4))[0]
    let small = try bench.submit(Self.task(limit: 8 * Self.minute, cores: 1))[0]
    bench.now += Self.minute
    let stay = Stay(until: bench.now + 12 * Self.minute)
    #expect(try bench.claim(workers[0], stay: stay).map(\.id) == [small])
    #expect(bench.state.reservedWorker(for: large) == workers[1])
  }

  @Test func aReservationFallsWithTheTime() throws {
    var bench = Bench()
    let worker = try bench.worker().worker.id
    _ = try bench.submit(Self.task(limit: 10 * Self.minute, cores: 3))
    #expect(try bench.claim(worker).count == 1)
    let large = try bench.submit(Self.task(limit: 5 * Self.minute, cores: 4))[0]
    let small = try bench.submit(Self.task(limit: 11 * Self.minute, cores: 1))[0]
    bench.now += Self.minute
    #expect(try bench.claim(worker).isEmpty)
    #expect(bench.state.reservedWorker(for: large) == worker)
    let stay = Stay(until: bench.now + 12 * Self.minute)
    #expect(try bench.claim(worker, stay: stay).map(\.id) == [small])
    #expect(bench.state.reservedWorker(for: large) == nil)
  }
}
