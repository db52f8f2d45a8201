import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanWire

/// A worker that runs nothing: it claims in batches and reports each task as a success, the next claim in the same
/// write as the report.
actor BenchWorker {
  private let client: SocketClient
  private let name: String
  private let batch: Int
  private let target: Countdown
  private let claimText: [UInt8]
  private var start: Gate?

  init(_ credentials: Credentials, name: String, batch: Int, target: Countdown) throws {
    var options = SocketOptions()
    options.persistence = .once
    client = try SocketClient(credentials, options: options)
    self.name = name
    self.batch = batch
    self.target = target
    var text: [UInt8] = []
    ClaimMessage(id: .number(1), max: batch, waitMilliseconds: 600_000).encode(into: &text)
    claimText = text
  }

  /// Says hello, waits for `start`, works until all tasks of all workers are done.
  func run(_ start: Gate) async throws {
    self.start = start
    do {
      try await client.run { event in try await self.handle(event) }
    } catch is Finished {
      return
    }
  }

  /// Cuts its connection, so that the server sees the worker go.
  func stop() async { await client.cut() }

  private func handle(_ event: SocketEvent) async throws {
    switch event {
    case .connected:
      var text: [UInt8] = []
      let offer = ResourceOffer(memoryBytes: 1 << 40, cores: 1024, maxTasks: Int64(4 * batch))
      HelloMessage(id: .number(0), name: name, instance: name, resources: offer).encode(into: &text)
      try await client.send(text)
    case .received(let texts):
      var answers: [[UInt8]] = []
      for text in texts { try await receive(text, &answers) }
      try await client.send(answers)
    case .disconnected(let error): throw error
    }
  }

  private func receive(_ text: [UInt8], _ answers: inout [[UInt8]]) async throws {
    let message = try JSONDocument(parsing: text).root
    guard let type = message["type"] else { throw Refused(text: String(decoding: text, as: UTF8.self)) }
    if type.isString("claimed") {
      if let report = report(of: message) { answers.append(report) }
      answers.append(claimText)
    } else if type.isString("reported") {
      var accepted = 0
      if let results = message["results"] {
        for result in results.elements {
          guard result["accepted"]?.bool == true else { throw Refused(text: String(decoding: text, as: UTF8.self)) }
          accepted += 1
        }
      }
      if await target.take(accepted) { throw Finished() }
    } else if type.isString("welcome") {
      await start?.arrive()
      answers.append(claimText)
    } else if type.isString("error") {
      throw Refused(text: String(decoding: text, as: UTF8.self))
    }
  }

  /// The successes of the tasks that were claimed; nil: there were none.
  private func report(of claimed: JSONNode) -> [UInt8]? {
    guard let tasks = claimed["tasks"], tasks.count > 0 else { return nil }
    return JSONText.object { report in
      report.set("type", "report")
      report.set("id", 2)
      report.array("results") { results in
        for task in tasks.elements {
          guard let id = task["_id"], let token = task["token"] else { continue }
          results.object { result in
            result.set("task", id)
            result.set("token", token)
            result.set("state", "terminated")
            result.set("exit_status", "success")
            result.set("time_terminated", "2026-01-01T00:00:00.000Z")
          }
        }
      }
    }
  }
}

/// Counts what is still to be done, by all.
actor Countdown {
  private var left: Int
  private(set) var endedAt: ContinuousClock.Instant?

  init(_ count: Int) { left = count }

  /// Takes some off; true when nothing is left.
  func take(_ count: Int) -> Bool {
    left -= count
    if left <= 0, endedAt == nil { endedAt = ContinuousClock.now }
    return left <= 0
  }
}
