import BanyanClient
import BanyanCore
import BanyanJSON
import Foundation
import TestSupport
import Testing

/// The real server, killed at random moments and during its recovery, while clients submit graphs under keys, cancel,
/// read, claim and report. Afterwards a checker that knows nothing but what they were told says whether anything
/// acknowledged was lost, ran twice or was done by halves.
///
/// Two minutes; `BANYAN_CRASH_SECONDS=3600` makes it an hour, `BANYAN_CRASH_SEED` repeats the clients' choices.
@Suite(.serialized) struct CrashTests {
  private static func number(_ name: String) -> Double? {
    ProcessInfo.processInfo.environment[name].flatMap { Double($0) }
  }

  @Test func whatWasAcknowledgedSurvivesKills() async throws {
    let seconds = Self.number("BANYAN_CRASH_SECONDS") ?? 120
    let seed = Self.number("BANYAN_CRASH_SEED").map { UInt64($0) } ?? UInt64.random(in: 0..<1 << 32)
    var random = SplitMix(state: seed)
    let site = try Site()
    let chronicle = Chronicle()
    var server = try site.server("--lease", "60s", "--snapshot-every", "2s")
    let access = AccessFolder(path: site.path("home"))
    let address = try ServerAddress(server.url)
    let provider = Credentials(address: address, token: try access.token(.provider))
    let worker = Credentials(address: address, token: try access.token(.worker))
    let end = Date().addingTimeInterval(seconds)
    let seeds = (0..<5).map { _ in random.next() }

    let crew = Task {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<3 {
          group.addTask { try await CrashProvider(provider, "c\(number)", chronicle, seeds[number]).run(until: end) }
        }
        for number in 0..<2 {
          group.addTask { try await CrashWorker(worker, "w\(number)", chronicle, seeds[3 + number]).run(until: end) }
        }
        try await group.waitForAll()
      }
    }
    var kills = 0
    while Date() < end {
      try await Task.sleep(for: .milliseconds(Int.random(in: 50...1500, using: &random)))
      server.program.kill()
      #expect(server.program.waits(for: 10))
      kills += 1
      // While it reads what the last one left, too.
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let doomed = try site.start(
          Site.binary("banyan").path, ["server", "--port", "\(server.port)", "--data", site.path("data")])
        usleep(UInt32.random(in: 1000...60_000, using: &random))
        doomed.kill()
        #expect(doomed.waits(for: 10))
        kills += 1
      }
      server = try site.server("--lease", "60s", "--snapshot-every", "2s", port: server.port)
    }
    try await crew.value

    // Twice: what the other one gave back last is there again.
    for name in ["w0", "w1", "w0"] { try await CrashWorker(worker, name, chronicle, seed).drain() }
    let final = try await Self.everything(provider)
    server.program.kill(SIGTERM)
    #expect(server.program.waits(for: 30))
    let verified = try site.banyan("snapshot", "verify", "--data", site.path("data"))
    #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
    let violations = HistoryChecker.violations(of: chronicle.history, final: final)
    #expect(violations == [], "seed \(seed), \(kills) kills, \(chronicle.length) events")
    #expect(kills > Int(seconds / 10))
    #expect(final.count > 20)
    print("crash test: \(kills) kills, \(final.count) tasks, \(chronicle.length) events, seed \(seed)")
  }

  /// All tasks, page by page.
  private static func everything(_ credentials: Credentials) async throws -> [FinalTask] {
    let http = try HTTPClient(credentials)
    var tasks: [FinalTask] = []
    var page = 1
    while true {
      let query = [("max_results", "10000"), ("page", "\(page)"), ("sort", "_id")]
      let items = try await http.json(.get, "/tasks", query: query)["_items"]?.array ?? []
      for item in items {
        let state = item["state"]?.string ?? ""
        tasks.append(
          FinalTask(
            id: item["_id"]?.string ?? "", name: item["name"]?.string ?? "", state: state,
            number: Int(item["claim_number"]?.integer ?? 0),
            hasSucceeded: state == "terminated" && item["cause"] == nil))
      }
      if items.count < 10_000 { break }
      page += 1
    }
    await http.close()
    return tasks
  }
}

/// A connection that comes back, and whether it was gone meanwhile.
private actor CrashConnection {
  let client: ProviderClient
  private var running: Task<Void, Never>?
  /// How often the connection was made, the first time included.
  private(set) var connections = 0

  init(_ credentials: Credentials) throws {
    var options = SocketOptions()
    options.maxWait = .milliseconds(200)
    client = try ProviderClient(credentials, options: options)
  }

  func start() {
    running = Task {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { try? await self.client.run() }
        group.addTask {
          for await event in self.client.events { if case .connected = event { await self.connected() } }
        }
      }
    }
  }

  private func connected() { connections += 1 }

  func stop() async {
    running?.cancel()
    await running?.value
  }

  /// The answer; nil: none came, so that what became of the request is unknown. It throws what the server refused.
  func ask(_ type: String, _ members: JSONObject) async throws(ServerError) -> JSON? {
    do {
      return try await client.request(type, members)
    } catch let error as ServerError where error.status < 500 {
      throw error
    } catch {
      // Nobody there: no use in asking a thousand times until the server is back.
      try? await Task.sleep(for: .milliseconds(20))
      return nil
    }
  }
}

/// Submits graphs under keys, asks again where no answer came, cancels, reads.
private struct CrashProvider {
  private let connection: CrashConnection
  private let name: String
  private let chronicle: Chronicle
  private let seed: UInt64

  init(_ credentials: Credentials, _ name: String, _ chronicle: Chronicle, _ seed: UInt64) throws {
    connection = try CrashConnection(credentials)
    self.name = name
    self.chronicle = chronicle
    self.seed = seed
  }

  func run(until end: Date) async throws {
    var random = SplitMix(state: seed)
    await connection.start()
    var step = 0
    while Date() < end {
      step += 1
      switch Int.random(in: 0..<8, using: &random) {
      case 0: if let task = chronicle.knownTask { try await cancel(task) }
      case 1, 2: if let task = chronicle.knownTask { try await read(task) }
      case 3: if let open = chronicle.openRequest { try await submit(open.key, open.names, open.parents) }
      default:
        let count = Int.random(in: 1...5, using: &random)
        let key = "\(name)-\(step)"
        let names = (0..<count).map { "\(key)/\($0)" }
        let parents: [Int?] = (0..<count).map { $0 > 0 && Bool.random(using: &random) ? $0 - 1 : nil }
        chronicle.add(.submitting(key: key, names: names, parents: parents))
        try await submit(key, names, parents)
      }
      try await Task.sleep(for: .milliseconds(Int.random(in: 0...10, using: &random)))
    }
    await connection.stop()
  }

  private func submit(_ key: String, _ names: [String], _ parents: [Int?]) async throws {
    let tasks: [JSON] = zip(names, parents).map { name, parent in
      var task: JSONObject = [
        "name": .string(name), "command": "true", "requested_resources": [:], "state": "available",
        "max_loss_count": 1000,
      ]
      if let parent { task["after"] = [.string(names[parent])] }
      return .object(task)
    }
    do throws(ServerError) {
      guard let answer = try await connection.ask("submit", ["key": .string(key), "tasks": .array(tasks)]) else {
        return
      }
      chronicle.add(.submitted(key: key, ids: answer["tasks"]?.array?.compactMap(\.string) ?? []))
    } catch {
      Issue.record("\(key) was refused: \(error)")
      chronicle.add(.refused(key: key))
    }
  }

  private func cancel(_ task: String) async throws {
    chronicle.add(.cancelling(task: task))
    _ = try await connection.ask("cancel", ["tasks": [.string(task)], "shutdown_time_milliseconds": 0])
    try await read(task)
  }

  private func read(_ task: String) async throws {
    guard let answer = try await connection.ask("get", ["where": ["_id": .string(task)]]) else { return }
    let found = answer["items"]?.array?.first
    chronicle.add(
      .seen(
        task: task, state: found?["state"]?.string ?? "gone", number: Int(found?["claim_number"]?.integer ?? 0)))
  }
}

/// Claims and reports without running anything.
private struct CrashWorker {
  private let connection: CrashConnection
  private let name: String
  private let chronicle: Chronicle
  private let seed: UInt64

  init(_ credentials: Credentials, _ name: String, _ chronicle: Chronicle, _ seed: UInt64) throws {
    connection = try CrashConnection(credentials)
    self.name = name
    self.chronicle = chronicle
    self.seed = seed
  }

  func run(until end: Date) async throws {
    var random = SplitMix(state: seed)
    await connection.start()
    var greeted = 0
    while Date() < end {
      _ = try await step(&greeted, failures: 0.05, &random)
      try await Task.sleep(for: .milliseconds(Int.random(in: 0...10, using: &random)))
    }
    await connection.stop()
  }

  /// Runs all that is left.
  func drain() async throws {
    var random = SplitMix(state: seed)
    await connection.start()
    var greeted = 0
    let end = Date().addingTimeInterval(60)
    while Date() < end {
      if try await step(&greeted, failures: 0, &random) == 0, greeted > 0 { break }
    }
    await connection.stop()
  }

  /// How many tasks it got; nil: it could not ask.
  private func step(
    _ greeted: inout Int, failures: Double, _ random: inout SplitMix
  ) async throws -> Int? {
    do {
      return try await attempt(&greeted, failures: failures, &random)
    } catch is ServerError {
      // A connection that came back before it was greeted anew.
      greeted = 0
      return nil
    }
  }

  private func attempt(
    _ greeted: inout Int, failures: Double, _ random: inout SplitMix
  ) async throws -> Int? {
    let connections = await connection.connections
    if connections != greeted {
      let resources: JSON = ["cpu_memory_bytes": 8_000_000_000, "cpu_cores": 16, "gpus": []]
      let hello: JSONObject = [
        "name": .string(name), "instance": "1", "version": "test", "resources": resources, "running": [],
      ]
      guard let welcome = try await connection.ask("hello", hello) else { return nil }
      // What it was given before the crash it gives back.
      let held = welcome["held"]?.array ?? []
      if !held.isEmpty, try await connection.ask("release", ["tasks": .array(held)]) == nil { return nil }
      greeted = connections
    }
    if greeted == 0 {
      try await Task.sleep(for: .milliseconds(20))
      return nil
    }
    let asked = chronicle.length
    guard let claimed = try await connection.ask("claim", ["max": 5]) else { return nil }
    let tasks = claimed["tasks"]?.array ?? []
    for task in tasks {
      chronicle.add(.claimed(task: task["_id"]?.string ?? "", number: Self.number(task), asked: asked))
    }
    for task in tasks { try await report(task, isSuccess: Double.random(in: 0..<1, using: &random) >= failures) }
    return tasks.count
  }

  private static func number(_ task: JSON) -> Int { Int(task["claim_number"]?.integer ?? 0) }

  private func report(_ task: JSON, isSuccess: Bool) async throws {
    let id = task["_id"]?.string ?? ""
    chronicle.add(.reporting(task: id, number: Self.number(task), isSuccess: isSuccess))
    let result: JSON = [
      "task": .string(id), "token": task["token"] ?? .null, "state": "terminated",
      "exit_status": isSuccess ? "success" : "failure (exit 1)", "time_terminated": "2026-01-01T00:00:00.000Z",
    ]
    // Without an answer it is left at that: whether the attempt is still held, the next hello tells.
    guard let answer = try await connection.ask("report", ["results": [result]]),
      answer["results"]?.array?.first?["accepted"]?.bool == true
    else { return }
    chronicle.add(.reported(task: id, number: Self.number(task), isSuccess: isSuccess))
  }
}
