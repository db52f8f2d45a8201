import BanyanCore
import Testing

/// The largest numbers that may be said: nothing that somebody asks for ends the server.
@Suite struct LargestNumbersTests {
  @Test func aWorkerThatDeclaredNothingMayHoldMoreThan64BitsTell() throws {
    var bench = Bench()
    let hash = [UInt8](repeating: 1, count: 32)
    guard case .user(let user) = try bench.perform(.addUser(name: "rest", role: .worker, tokenHash: hash)).answer else {
      return
    }
    let registration = WorkerRegistration(id: user.id, address: WorkerAddress(host: "h", port: 1))
    try bench.perform(.registerWorker(registration, by: bench.ann))
    let ids = try bench.submit(Self.huge, Self.huge)
    for id in ids { try bench.perform(.claim(Claim(worker: user.id, task: id))) }
    let worker = try #require(bench.state.worker(user.id))
    #expect(worker.live.count == 2)
    #expect(worker.usedMemoryBytes == .max && worker.usedCores == .max)
    #expect(worker.usedCustom == ["licence": .max])
    try bench.perform(.expireLeases(user.id))
    #expect(bench.state.worker(user.id)?.usedMemoryBytes == 0)
    #expect(bench.state.worker(user.id)?.usedCustom == [:])
  }

  @Test func anOwnerMayHoldAllOfManyHugeWorkers() throws {
    var bench = Bench()
    let workers = try ["a", "b", "c"].map { try bench.worker($0, cores: .max, memory: .max).worker.id }
    _ = try bench.submit(Self.largest, Self.largest, Self.largest)
    for worker in workers { #expect(try bench.claim(worker).count == 1) }
    _ = try bench.submit(Bench.draft { $0.resources?.memoryBytes = 0 })
    #expect(try bench.claim(workers[0]).count == 1)
  }

  @Test func percentagesAreOfAnyNumberOfCores() throws {
    var request = ResourceRequest()
    request.corePercent = 1
    #expect(request.cores(ofOffered: .max) == 92_233_720_368_547_759)
    request.corePercent = 100
    #expect(request.cores(ofOffered: .max) == .max)
    #expect(request.cores(ofOffered: 0) == 0)
    #expect(ResourceOffer(memoryBytes: 0, cores: .max).taskLimit == .max)
  }

  private static let largest = Bench.draft { $0.resources?.memoryBytes = .max }
  private static let huge = Bench.draft {
    $0.resources?.memoryBytes = .max
    $0.resources?.coreCount = .max
    $0.resources?.setCustom([CustomResource(name: "licence", count: .max)])
  }
}
