import Foundation
import Testing

/// The main job on the real binary: people submit, workers run, crashes lose nothing.
@Suite(.serialized) struct MainJobTests {
  @Test func aTaskRunsAndItsOutputComesBackThroughTheServer() throws {
    let site = try Site()
    let server = try site.server()
    #expect(server.url.hasPrefix("http://127.0.0.1:"))
    _ = try site.worker("one", "--cores", "2")
    let id = try site.output("submit", "-o", "ids", "--cores", "1", "--", "sh", "-c", "echo $BANYAN_TASK_ID")
    #expect(id.count == 24)
    #expect(try site.banyan("wait", id).status == 0)
    #expect(try site.output("logs", id) == id)
    #expect(try site.field("state", of: id) == "terminated")
    server.program.kill(SIGTERM)
    #expect(server.program.waits(for: 20))
    #expect(server.program.status == 0)
  }

  @Test func argumentsReachTheProgramByteForByte() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one")
    let arguments = ["", "$HOME", "*", "\"", "-n", "a\nb", "it's", "a  b", "\\", "é🌳"]
    let id = try site.run(
      Site.binary("banyan").path, ["submit", "-o", "ids", "--wait", "--", "printf", "%s\\0"] + arguments
    ).output.split(separator: "\n").first.map(String.init)
    let printed = try site.banyan("logs", try #require(id)).output
    #expect(printed == arguments.map { $0 + "\0" }.joined())
  }

  @Test func crashesOfTheServerLoseNothingAndRunNothingTwice() throws {
    let site = try Site()
    var server = try site.server("--lease", "20s")
    _ = try site.worker("one", "--cores", "4")
    _ = try site.worker("two", "--cores", "4")
    let runs = site.path("runs")
    var ids: [String] = []
    for _ in 0..<100 {
      ids.append(
        try site.output(
          "submit", "-o", "ids", "--cores", "1", "--", "sh", "-c", "echo $BANYAN_TASK_ID >> '\(runs)'; sleep 0.05"))
    }
    let graph = try Self.graph(of: 1000, runs: runs)
    try graph.write(toFile: site.path("graph.yaml"), atomically: true, encoding: .utf8)
    let lines = try site.output("submit", "-o", "ids", site.path("graph.yaml")).split(separator: "\n")
    #expect(lines.count == 1000)
    ids += lines.map(String.init)
    let long = try site.output("submit", "-o", "ids", "--", "sh", "-c", "echo started; sleep 8; echo went on")
    try site.until("the long task runs") { try site.field("state", of: long) == "running" }
    for ended in [200, 600] {
      try site.until("\(ended) tasks have ended", within: 120) {
        try site.list("--state", "terminated").count >= ended
      }
      server.program.kill()
      #expect(server.program.waits(for: 10))
      server = try site.server("--lease", "20s", port: server.port)
    }
    try site.until("every task has ended", within: 180) {
      try site.list("--state", "terminated").count == ids.count + 1
    }
    let ran = try String(contentsOfFile: runs, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(Set(ran) == Set(ids), "every task ran")
    #expect(ran.count == ids.count, "no task ran twice")
    #expect(try site.output("logs", long) == "started\nwent on")
    #expect(try site.field("attempt_count", of: long) == "1")
  }

  /// Ten layers of a hundred tasks, each waiting for one of the layer before.
  private static func graph(of size: Int, runs: String) throws -> String {
    var text = "name: layers\ndefaults: {cores: 1, memory: 1 MiB}\ntasks:\n"
    for number in 0..<size {
      text += "  t\(number): {run: \"echo $BANYAN_TASK_ID >> '\(runs)'\""
      if number >= 100 { text += ", after: t\(number - 100)" }
      text += "}\n"
    }
    return text
  }

  @Test func aKilledWorkersTasksRunElsewhereAfterItsLease() throws {
    let site = try Site()
    let server = try site.server("--lease", "4s")
    let doomed = try site.worker("doomed", "--cores", "1")
    let pids = site.path("pids")
    let id = try site.output("submit", "-o", "ids", "--", "sh", "-c", "echo $BANYAN_ATTEMPT $$ >> '\(pids)'; sleep 600")
    try site.until("the first attempt runs") { FileManager.default.fileExists(atPath: pids) }
    let first = try Self.attempts(pids)[0]
    doomed.kill()
    _ = try site.worker("heir", "--cores", "1")
    try site.until("another worker runs it", within: 30) { try Self.attempts(pids).count == 2 }
    #expect(try Self.attempts(pids)[1].attempt == 2)
    // The keeper ended the first process before the lease did.
    #expect(Foundation.kill(first.pid, 0) == -1 && errno == ESRCH)
    #expect(try site.field("loss_count", of: id) == "1")
    #expect(try site.output("workers").contains("heir"))
    _ = try site.banyan("cancel", "--now", id)
    _ = server
  }

  private static func attempts(_ path: String) throws -> [(attempt: Int, pid: Int32)] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ")
      guard parts.count == 2, let attempt = Int(parts[0]), let pid = Int32(parts[1]) else { return nil }
      return (attempt, pid)
    }
  }

  @Test func aTaskThatIgnoresSIGTERMIsGoneWithItsChildrenAfterItsGrace() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one")
    let pids = site.path("pids")
    let stubborn =
      "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ >> \(pids); sleep 600; :' & echo $$ >> \(pids); wait; sleep 600; :"
    let id = try site.output("submit", "-o", "ids", "--grace", "2s", "--name", "stubborn", "--", "sh", "-c", stubborn)
    let below = try site.output("submit", "-o", "ids", "--after", "stubborn", "--", "true")
    try site.until("both processes run") {
      ((try? String(contentsOfFile: pids, encoding: .utf8)) ?? "").split(separator: "\n").count == 2
    }
    let processes = try String(contentsOfFile: pids, encoding: .utf8).split(separator: "\n").compactMap { Int32($0) }
    let start = Date()
    #expect(try site.banyan("cancel", id).status == 0)
    try site.until("both are gone", within: 3.0 - Date().timeIntervalSince(start)) {
      processes.allSatisfy { Foundation.kill($0, 0) == -1 }
    }
    try site.until("both tasks are cancelled", within: 5) {
      try site.field("state", of: id) == "cancelled" && site.field("state", of: below) == "cancelled"
    }
  }

  @Test func jqReadsEveryLineOfASnapshot() throws {
    let site = try Site()
    let server = try site.server()
    for number in 0..<5 { try site.output("submit", "-o", "ids", "--name", "t\(number)", "--", "true") }
    server.program.kill(SIGTERM)
    #expect(server.program.waits(for: 20))
    let snapshots = try FileManager.default.contentsOfDirectory(atPath: site.path("data"))
      .filter { $0.hasPrefix("snapshot") }
    let snapshot = try #require(snapshots.first)
    let result = try site.run("/usr/bin/env", ["jq", "-c", ".", site.path("data/\(snapshot)")])
    #expect(result.status == 0, "\(result.errors)")
    let lines = try String(contentsOfFile: site.path("data/\(snapshot)"), encoding: .utf8).split(separator: "\n")
    #expect(result.output.split(separator: "\n").count == lines.count)
    #expect(lines.count { $0.hasPrefix("[\"task\"") } == 5)
  }
}
