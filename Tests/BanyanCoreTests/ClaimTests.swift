import BanyanCore
import Testing

@Suite struct ClaimTests {
  private let gpus = [
    GPUDevice(ordinal: 0, memoryBytes: 24 << 30, capability: GPUCapability(major: 8, minor: 6)),
    GPUDevice(ordinal: 1, memoryBytes: 12 << 30, capability: GPUCapability(major: 7, minor: 5)),
    GPUDevice(ordinal: 3, memoryBytes: 12 << 30, capability: GPUCapability(major: 9, minor: 0)),
  ]

  @Test func oneClaimForManyFitsAllOfThemTogether() throws {
    var bench = Bench()
    for _ in 0..<6 { _ = try bench.submit(Bench.draft { $0.resources?.coreCount = 1 }) }
    let worker = try bench.worker(cores: 4).worker.id
    let claimed = try bench.claim(worker)
    #expect(claimed.count == 4)
    #expect(try bench.claim(worker).isEmpty)
    #expect(try bench.report(worker, claimed[0]) == nil)
    #expect(try bench.claim(worker).count == 1)
    #expect(bench.state.worker(worker)?.usedCores == 4)
  }

  @Test func percentagesAreOfWhatTheWorkerOffered() throws {
    var bench = Bench()
    for _ in 0..<4 { _ = try bench.submit(Bench.draft { $0.resources?.corePercent = 33 }) }
    let worker = try bench.worker(cores: 3).worker.id
    #expect(try bench.claim(worker).count == 3)
  }

  @Test func gpusArePinnedToTheSmallestThatSuitAndNeverTwice() throws {
    var bench = Bench()
    let small = try bench.submit(Bench.draft { $0.resources?.gpuCount = 1 })[0]
    let large = try bench.submit(
      Bench.draft {
        $0.resources?.gpuCount = 1; $0.resources?.gpuMemoryBytes = 20 << 30
      })[0]
    let modern = try bench.submit(
      Bench.draft {
        $0.resources?.gpuCount = 1; $0.resources?.gpuCapability = GPUCapability(major: 8, minor: 0)
      })[0]
    let unfit = try bench.submit(
      Bench.draft {
        $0.resources?.gpuCount = 1; $0.resources?.gpuCapability = GPUCapability(major: 99, minor: 0)
      })[0]
    let worker = try bench.worker(gpus: gpus).worker.id
    let claimed = try bench.claim(worker)
    #expect(
      Dictionary(uniqueKeysWithValues: claimed.map { ($0.id, $0.attempt.gpus) }) == [
        small: [1], large: [0], modern: [3],
      ])
    #expect(bench.status(unfit) == .available)
  }

  @Test func largerPriorityThenTheOwnerWhoHoldsLeastThenTheEarlier() throws {
    var bench = Bench()
    let ann = try bench.submit(Bench.draft { $0.resources?.coreCount = 1 }, Bench.draft { $0.resources?.coreCount = 1 })
    let bob = try bench.submit(Bench.draft { $0.resources?.coreCount = 1 }, by: bench.bob)
    let urgent = try bench.submit(
      Bench.draft {
        $0.priority = 5; $0.resources?.coreCount = 1
      })
    let worker = try bench.worker(cores: 4).worker.id
    let order = try bench.claim(worker).map(\.id)
    #expect(order == [urgent[0], bob[0], ann[0], ann[1]])
  }

  @Test func queuesHoldsAndDelaysKeepTasksBack() throws {
    var bench = Bench()
    let special = try bench.submit(Bench.draft { $0.queue = "special" })[0]
    let held = try bench.submit(Bench.draft(held: true))[0]
    let later = try bench.submit(Bench.draft { $0.notBefore = 1_700_000_060_000 })[0]
    let worker = try bench.worker().worker.id
    #expect(try bench.claim(worker, queues: ["default", "nobody"]).isEmpty)
    #expect(try bench.claim(worker, queues: ["special"]).map(\.id) == [special])
    var release = TaskPatch(task: held)
    release.changes = [.held(false)]
    try bench.perform(.update([release], by: bench.ann))
    #expect(try bench.claim(worker).map(\.id) == [held])
    bench.now = 1_700_000_060_000
    try bench.perform(.tick)
    #expect(try bench.claim(worker).map(\.id) == [later])
  }

  @Test func theNumberOfTasksAtOnceIsBounded() throws {
    var bench = Bench()
    for _ in 0..<20 { _ = try bench.submit(Bench.draft { $0.resources?.memoryBytes = 0 }) }
    let one = try bench.worker("one", cores: 1).worker.id
    #expect(try bench.claim(one).count == 8)
    let two = try bench.worker("two", maxTasks: 3).worker.id
    #expect(try bench.claim(two).count == 3)
  }

  @Test func aTokenFitsItsAttemptAndNobodyElse() throws {
    var bench = Bench()
    let id = try bench.submit(Bench.draft())[0]
    let worker = try bench.worker("one").worker.id
    let other = try bench.worker("two").worker.id
    let claimed = try bench.claim(worker)[0]
    func kind(_ by: WorkerID, _ token: AttemptProof) throws -> Rejection.Kind? {
      let report = AttemptReport(task: id, token: token, state: .terminated, exitStatus: "success", timeTerminated: 1)
      guard case .judged(let verdicts) = try bench.perform(.report(by, [report])).answer else { return nil }
      return verdicts[0].refusal?.kind
    }
    #expect(try kind(worker, .none) == .unauthenticated)
    #expect(try kind(worker, .forged) == .forbidden)
    #expect(try kind(worker, .genuine(claimNumber: 2, epoch: 0)) == .forbidden)
    #expect(try kind(worker, .genuine(claimNumber: 1, epoch: 9)) == .forbidden)
    #expect(try kind(other, claimed.proof) == .forbidden)
    #expect(try kind(worker, claimed.proof) == nil)
  }
}
