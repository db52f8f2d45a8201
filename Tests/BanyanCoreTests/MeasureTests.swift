import BanyanCore
import Testing

/// What a running task uses stands in its record, however the attempt ends.
@Suite struct MeasureTests {
  private func usage(resident: Int64) -> AttemptUsage {
    var usage = AttemptUsage()
    usage.residentMemoryBytes = resident
    return usage
  }

  @Test func theNewestFigureCountsAndThePeakStays() throws {
    var bench = Bench()
    let id = try bench.submit(Bench.draft())[0]
    let worker = try bench.worker().worker
    let by = Principal(user: worker.user, name: "w", role: .worker)
    #expect(throws: Rejection.self) { try bench.perform(.measure(id, usage(resident: 1), by: by)) }
    let claimed = try bench.claim(worker.id)
    try bench.perform(.measure(id, usage(resident: 9), by: by))
    try bench.perform(.measure(id, usage(resident: 4), by: by))
    let refusal = #expect(throws: Rejection.self) {
      try bench.perform(.measure(id, usage(resident: 1), by: bench.ann))
    }
    #expect(refusal?.kind == .forbidden)
    _ = try bench.report(worker.id, claimed[0])
    let known = try #require(bench.state.record(id)?.attempts.last?.usage)
    #expect(known.residentMemoryBytes == 4 && known.peakMemoryBytes == 9)
  }

  @Test func aPeakIsNeverBelowWhatIsShownAsResident() {
    var known = usage(resident: 5)
    known.peakMemoryBytes = 7
    known.merge(usage(resident: 9))
    #expect(known.residentMemoryBytes == 9 && known.peakMemoryBytes == 9)
    known.merge(usage(resident: 3))
    #expect(known.residentMemoryBytes == 3 && known.peakMemoryBytes == 9)
    var unknown = AttemptUsage()
    unknown.merge(usage(resident: 3))
    #expect(unknown.peakMemoryBytes == nil, "nobody has said one")
  }

  @Test(arguments: [true, false])
  func anEndTakesTheLastFiguresAlong(isLost: Bool) throws {
    var bench = Bench()
    let id = try bench.submit(Bench.draft())[0]
    let worker = try bench.worker().worker
    let claimed = try bench.claim(worker.id)
    bench.state.lastFigures[id] = AttemptFigures(
      worker: worker.id, claimNumber: 1, usage: usage(resident: 7), time: bench.now)
    if isLost { try bench.perform(.expireLeases(worker.id)) } else { _ = try bench.report(worker.id, claimed[0]) }
    #expect(bench.state.record(id)?.attempts.last?.usage.residentMemoryBytes == 7)
    // Those of another claim are nobody's.
    bench.state.lastFigures[id]?.claimNumber = 9
    let next = try bench.submit(Bench.draft())[0]
    bench.state.lastFigures[next] = bench.state.lastFigures[id]
    let more = try bench.claim(worker.id)
    for task in more { _ = try bench.report(worker.id, task) }
    #expect(bench.state.record(next)?.attempts.last?.usage == AttemptUsage())
  }
}
