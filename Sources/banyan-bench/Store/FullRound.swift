import BanyanClient

/// Tasks that are submitted, claimed and reported, all of them, on a server that is there.
struct FullRound {
  private let submitter: Submitter
  private let benchWorkers: [BenchWorker]
  private let target: Countdown

  /// - Parameters:
  ///   - messages: what is submitted.
  ///   - tasks: how many tasks these hold.
  ///   - batch: of a claim.
  init(_ server: ServerProcess, messages: [[UInt8]], tasks: Int, batch: Int, workers: Int) throws {
    let target = Countdown(tasks)
    let credentials = try server.credentials(.worker)
    self.target = target
    submitter = try Submitter(server.credentials(.provider), messages: messages, window: 8)
    benchWorkers = try (0..<workers).map { number in
      try BenchWorker(credentials, name: "bench-\(number)", batch: batch, target: target)
    }
  }

  /// Seconds from the first submit to the last acknowledged report.
  func run() async throws -> Double {
    let gate = Gate(count: benchWorkers.count + 1)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await submitter.run(gate)
        return false
      }
      for worker in benchWorkers {
        group.addTask {
          try await worker.run(gate)
          return true
        }
      }
      // The first worker to see the end ends it for all; the others wait for tasks that won't come.
      while let sawTheEnd = try await group.next() {
        if sawTheEnd { break }
      }
      group.cancelAll()
      while let result = await group.nextResult() {
        if case .failure(let error) = result, !(error is CancellationError) { throw error }
      }
    }
    guard let start = await gate.openedAt, let end = await target.endedAt else {
      throw ServerProcess.StartError(description: "the run ended before all tasks had")
    }
    return (end - start) / .seconds(1)
  }
}
