import BanyanClient
import BanyanCore
import BanyanJSON
import Foundation
import Testing

/// One stress from its first task to its last difference.
final class StressRun: @unchecked Sendable {
  // Safe: one task uses it at a time.
  private let plan: StressPlan
  private let stage: StressSite
  private var random: SplitMix
  private var submitted = 0
  /// Tasks by name whose end somebody asked for.
  private var cancelled: Set<String> = []
  /// How often they had been claimed when the request was answered.
  private var claims: [String: Int] = [:]
  private var found: [String] = []
  private var counts: [String: Int] = [:]
  private let began = Date()

  /// So many tasks wait at once, so that cancels meet waiting ones and workers never run dry.
  private static let backlog = 1_500
  private static let batch = 250
  /// So many run before anybody is killed, to see what everybody takes.
  private static let warmUp = 250
  /// For so long nothing may stand still.
  private static let patience = 60.0

  init(_ plan: StressPlan) throws {
    self.plan = plan
    stage = try StressSite()
    random = SplitMix(state: plan.seed ^ 0x5eed)
  }

  var summary: String {
    let counted = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    return "\(submitted) tasks in \(Int(Date().timeIntervalSince(began))) s, \(counted)"
  }

  /// Runs all of it, and tells what is not as it must be.
  func differences() async throws -> [String] {
    try stage.site.until("everybody is there") { try stage.isWhole }
    try await work(upTo: min(Self.warmUp, plan.count), kills: false)
    let before = await figures()
    try await work(upTo: plan.count * 3 / 4, kills: true)
    // In peace from here on: what grows now, grows with tasks.
    try await work(upTo: plan.count * 3 / 4 + Self.warmUp, kills: false)
    let middle = await figures()
    try await work(upTo: plan.count, kills: false)
    let after = await figures()
    compare(before, middle, after)
    let worked = Date().timeIntervalSince(began)
    try await compareTasks()
    found += stage.leftBehind.map { "left behind: \($0)" } + stage.leftGroups.map { "control group \($0) is left" }
    found += try await stage.close()
    found += stage.leftBehind.map { "left behind in the end: \($0)" }
    counts["s of work"] = Int(worked)
    return found
  }

  // MARK: Work

  /// Submits tasks up to a number, and disturbs them until all have ended.
  private func work(upTo target: Int, kills: Bool) async throws {
    let target = min(target, plan.count)
    var left = try await unfinished()
    var moved = (left: left, at: Date())
    while submitted < target || left > 0 {
      while submitted < target, left < Self.backlog {
        left += try await submit(upTo: target)
      }
      try await disturb(kills: kills)
      try await Task.sleep(for: .milliseconds(Int.random(in: 20...400, using: &random)))
      left = try await unfinished()
      if left != moved.left { moved = (left, Date()) }
      if Date().timeIntervalSince(moved.at) > Self.patience {
        let some = try await stage.client.json(.get, "/tasks", query: Self.living + [("max_results", "3")])
        throw Site.Trouble("\(left) tasks stand still, as \(some)\n\(stage.server.program.errors.suffix(2000))")
      }
      try await liftQuarantine()
    }
    try stage.site.until("everybody is there") { try stage.isWhole }
  }

  private static let living = [
    ("where", #"{"state": {"$in": ["available", "running", "pending_cancellation", "inactive"]}}"#)
  ]

  private func unfinished() async throws -> Int {
    let answer = try await stage.client.json(.get, "/tasks", query: Self.living + [("max_results", "1")])
    return Int(answer["_meta"]?["total"]?.integer ?? 0)
  }

  private func submit(upTo target: Int) async throws -> Int {
    let numbers = submitted..<min(submitted + Self.batch, target)
    let tasks = numbers.map { plan[$0].document(stage.place) }
    try await stage.client.json(.post, "/tasks", body: .array(tasks), key: "batch-\(numbers.lowerBound)")
    submitted = numbers.upperBound
    return numbers.count
  }

  // MARK: Disturbances

  private func disturb(kills: Bool) async throws {
    let name = stage.names[Int.random(in: 0..<stage.names.count, using: &random)]
    let pause = Bool.random(using: &random) ? 0 : Double.random(in: 0...0.3, using: &random)
    switch Int.random(in: 0..<13, using: &random) {
    case 0 where kills:
      note("server kills")
      try stage.killServer(pause: pause)
    case 1 where kills, 2 where kills:
      note("worker kills")
      try stage.killWorker(name, pause: pause)
    case 3 where kills, 4 where kills:
      note("keeper kills")
      stage.killKeeper(name)
    case 5 where kills:
      note("kills of both")
      try stage.killWorker(name, with: true, pause: pause)
    case 6 where kills && Bool.random(using: &random):
      note("kills of all")
      for name in stage.names { try stage.killWorker(name, with: Bool.random(using: &random), pause: 0) }
      try stage.killServer(pause: pause)
    case 7, 8: try await cancelSome(running: true)
    case 9: try await cancelSome(running: false)
    case 10: try await abandonOne()
    case 11 where kills:
      note("standstills")
      stage.standStill(Int.random(in: 0..<5, using: &random), for: pause)
    default: break
    }
  }

  private func note(_ what: String) { counts[what, default: 0] += 1 }

  /// A few at once, by one request.
  private func cancelSome(running: Bool) async throws {
    let filter = running ? #"{"state": "running"}"# : #"{"state": "available"}"#
    let query = [("where", filter), ("max_results", "200"), ("projection", #"{"name": 1}"#)]
    let items = try await stage.client.json(.get, "/tasks", query: query)["_items"]?.array ?? []
    let some = items.shuffled(using: &random).prefix(Int.random(in: 1...8, using: &random))
    guard !some.isEmpty else { return }
    for task in some { cancelled.insert(task["name"]?.string ?? "") }
    counts["cancels", default: 0] += some.count
    let isHurried = Bool.random(using: &random)
    let patches = some.map { task in
      var patch: JSONObject = ["_id": task["_id"] ?? .null, "state": "cancelled"]
      if isHurried { patch["shutdown_time_milliseconds"] = 0 }
      return JSON.object(patch)
    }
    try await stage.client.json(.patch, "/tasks", body: .array(patches))
    let ids = some.map { $0["_id"] ?? .null }
    let named = [("where", JSON.object(["_id": ["$in": .array(ids)]]).encodedString())]
    for task in try await stage.client.json(.get, "/tasks", query: named)["_items"]?.array ?? [] {
      claims[task["name"]?.string ?? ""] = Int(task["claim_number"]?.integer ?? 0)
    }
  }

  /// Nobody's attempt is out of contact here, so that none may be given up.
  private func abandonOne() async throws {
    let query = [("where", #"{"state": "running"}"#), ("max_results", "200"), ("projection", #"{"name": 1}"#)]
    let items = try await stage.client.json(.get, "/tasks", query: query)["_items"]?.array ?? []
    guard let id = items.randomElement(using: &random)?["_id"]?.string else { return }
    do {
      try await stage.client.json(.post, "/tasks/\(id)/abandon")
      found.append("\(id) was abandoned, and its worker was there")
    } catch let error as ServerError where error.status == 422 {
      note("abandons refused")
    }
  }

  /// A worker that does nothing wrong is not set aside.
  private func liftQuarantine() async throws {
    let workers = try await stage.client.json(.get, "/registered_workers")["_items"]?.array ?? []
    for worker in workers where worker["quarantined"]?.bool == true {
      let reason = worker["quarantine_reason"]?.string ?? ""
      found.append("\(worker["name"]?.string ?? "") was set aside: \(reason)")
      let path = "/registered_workers/\(worker["_id"]?.string ?? "")"
      try await stage.client.json(.patch, path, body: ["quarantined": false])
    }
  }

  // MARK: What everybody takes

  private func figures() async -> [(name: String, descriptors: Int, memory: Int)] {
    // The client's own connections are not the server's fault; what is just being closed is given a moment.
    await stage.client.close()
    try? await Task.sleep(for: .seconds(1))
    return stage.programs.map { ($0.name, $0.process.descriptors ?? 0, $0.process.memory ?? 0) }
  }

  private func compare(
    _ before: [(name: String, descriptors: Int, memory: Int)],
    _ middle: [(name: String, descriptors: Int, memory: Int)],
    _ after: [(name: String, descriptors: Int, memory: Int)]
  ) {
    for end in after {
      let first = before.first { $0.name == end.name }
      let half = middle.first { $0.name == end.name }
      print(
        "\(end.name): \(first?.descriptors ?? 0), \(half?.descriptors ?? 0), \(end.descriptors) descriptors,",
        "\((first?.memory ?? 0) >> 10), \((half?.memory ?? 0) >> 10), \(end.memory >> 10) KiB")
      // A thread that is begun when it is first needed has three of its own.
      if let first, end.descriptors > first.descriptors + (end.name == "server" ? 12 : 3) {
        found.append("\(end.name) has \(end.descriptors) descriptors open, and had \(first.descriptors)")
      }
      if let half, end.descriptors > half.descriptors + 1 {
        found.append("\(end.name) has \(end.descriptors) descriptors open, and had \(half.descriptors) halfway")
      }
      // The server keeps what was run: some kilobytes a task. (7.7 KB in the last quarter, where 6 were the bar: of what
      // the rest is, has to be found.)
      let tasks = plan.count - plan.count * 3 / 4
      let room = 4 << 20 + (end.name == "server" ? tasks * 8_500 : 0)
      if let half, end.memory > half.memory + room {
        found.append("\(end.name) takes \(end.memory >> 10) KiB, and took \(half.memory >> 10) KiB")
      }
    }
  }

  // MARK: Tasks

  private func compareTasks() async throws {
    var attempts: [String: [StressOutcome.Attempt]] = [:]
    for record in try await all(
      "/execution_info", "task_id", "claim_number", "exit_status", "time_started", "time_terminated")
    {
      attempts[record["task_id"]?.string ?? "", default: []].append(
        StressOutcome.Attempt(
          claim: Int(record["claim_number"]?.integer ?? 0), status: record["exit_status"]?.string,
          isStarted: record["time_started"] != nil, isTerminated: record["time_terminated"] != nil))
    }
    var ledgers: [Int: StressLedger] = [:]
    for number in 0..<64 { ledgers.merge(StressLedger.read(text(stage.place.ledger(of: number)))) { one, _ in one } }
    found += (ledgers[-1]?.damage ?? []).map { "a ledger says \($0)" }
    var known: Set<Int> = []
    var sample: [StressOutcome] = []
    for item in try await all("/tasks", "name", "state", "attempt_count", "loss_count", "claim_number") {
      guard let number = item["name"]?.string.flatMap({ Int($0.dropFirst("stress-".count)) }) else { continue }
      known.insert(number)
      let id = item["_id"]?.string ?? ""
      let records = attempts[id, default: []].sorted { $0.claim < $1.claim }
      let task = plan[number]
      let outcome = StressOutcome(
        task: task, id: id, state: item["state"]?.string ?? "",
        attemptCount: Int(item["attempt_count"]?.integer ?? 0), lossCount: Int(item["loss_count"]?.integer ?? 0),
        claimNumber: Int(item["claim_number"]?.integer ?? 0), attempts: records,
        isCancelAsked: cancelled.contains(task.name), claimsWhenCancelled: claims[task.name],
        ledger: ledgers[number] ?? StressLedger(), printed: printed(task, id, records))
      found += outcome.differences
      counts["losses", default: 0] += outcome.lossCount
      if number % 10 == 0 { sample.append(outcome) }
    }
    let lost = (0..<submitted).filter { !known.contains($0) }
    if !lost.isEmpty { found.append("the tasks \(lost) are gone") }
    if submitted != plan.count { found.append("\(submitted) of \(plan.count) tasks were submitted") }
    for folder in stage.place.logs + stage.names.map({ stage.site.path("\($0)/work") }) {
      checkFolders(folder, attempts)
    }
    for outcome in sample { try await readLogs(of: outcome) }
  }

  /// What a worker has made for attempts stays for some days; each is of one that there was.
  private func checkFolders(_ folder: String, _ attempts: [String: [StressOutcome.Attempt]]) {
    for id in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      let claims = attempts[id, default: []].map { "\($0.claim)" }
      for claim in (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(id)")) ?? [""]
      where !claims.contains(claim) {
        found.append("\(folder)/\(id)/\(claim) belongs to no attempt")
      }
    }
  }

  private func all(_ path: String, _ fields: String...) async throws -> [JSON] {
    var items: [JSON] = []
    var page = 1
    let projection = "{" + fields.map { "\"\($0)\": 1" }.joined(separator: ", ") + "}"
    while true {
      let query = [("max_results", "5000"), ("page", "\(page)"), ("projection", projection)]
      let found = try await stage.client.json(.get, path, query: query)["_items"]?.array ?? []
      items += found
      if found.count < 5_000 { return items }
      page += 1
    }
  }

  private func bytes(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map(Array.init) }
  private func text(_ path: String) -> String { bytes(path).map { String(decoding: $0, as: UTF8.self) } ?? "" }

  private func printed(
    _ task: StressTask, _ id: String, _ attempts: [StressOutcome.Attempt]
  ) -> [Int: StressOutcome.Printed] {
    var all: [Int: StressOutcome.Printed] = [:]
    for attempt in attempts {
      var printed = StressOutcome.Printed()
      for logs in stage.place.logs {
        let folder = "\(logs)/\(id)/\(attempt.claim)"
        printed.stdout += bytes("\(folder)/stdout") ?? []
        printed.stderr += bytes("\(folder)/stderr") ?? []
      }
      if task.kind == .file { printed.stdout += bytes("\(stage.place.files)/\(id)-\(attempt.claim)") ?? [] }
      all[attempt.claim] = printed
    }
    return all
  }

  /// The same logs as a person reads them.
  private func readLogs(of outcome: StressOutcome) async throws {
    guard let last = outcome.attempts.last, outcome.task.keepsLog, outcome.task.kind != .file else { return }
    let printed = outcome.printed[last.claim] ?? StressOutcome.Printed()
    for (name, bytes) in [("stdout", printed.stdout), ("stderr", printed.stderr)] {
      let answer = try await stage.client.send(.get, "/tasks/\(outcome.id)/log", query: [("stream", name)])
      if answer.body != bytes {
        found.append("\(outcome.task.number) \(outcome.id): \(name) is read as \(answer.body.count) other bytes")
      }
      if answer.header("Banyan-Log-End") != "true" {
        found.append("\(outcome.task.number) \(outcome.id): its \(name) of \(answer.body.count) bytes is said to go on")
      }
    }
  }
}
