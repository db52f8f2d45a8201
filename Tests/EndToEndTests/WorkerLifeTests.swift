import Foundation
import Testing

/// What people trust their machines and their overnight runs to: logs that stay, hundreds of tasks at once, workers that
/// come and go.
@Suite(.serialized) struct WorkerLifeTests {
  @Test func aLogOutlivesItsWorker() throws {
    let site = try Site()
    _ = try site.server()
    let worker = try site.worker("one", "--state", site.path("one"))
    let id = try site.output(
      "submit", "-o", "ids", "--", "sh", "-c",
      "head -c 100000 /dev/zero | tr '\\0' x; echo; echo the end; echo trouble >&2")
    #expect(try site.banyan("wait", id).status == 0)
    #expect(try site.output("logs", "--stdout", id).utf8.count == 100_008)
    worker.kill()
    #expect(worker.waits(for: 10))
    try FileManager.default.removeItem(atPath: site.path("one"))
    var kept = try site.banyan("logs", "--stdout", id)
    try site.until("the worker is away") {
      kept = try site.banyan("logs", "--stdout", id)
      return kept.errors.contains("the server keeps the last 64 KiB")
    }
    #expect(kept.status == 1, "not all of it came")
    #expect(kept.output.utf8.count == 65_536 && kept.output.hasSuffix("x\nthe end\n"))
    #expect(try site.output("logs", "--stderr", id) == "trouble")
    #expect(try site.output("logs", "--stdout", "--tail", "1", id) == "the end")
    // A worker that has lost its disk says that the log is empty; what the server keeps says more.
    _ = try site.worker("one", "--state", site.path("two"))
    try site.until("it is back") { try site.isConnected("one") }
    #expect(try site.output("logs", "--stdout", "--tail", "1", id) == "the end")
  }

  @Test func bothStreamsInTheOrderInWhichTheyWereWritten() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one")
    let id = try site.output(
      "submit", "-o", "ids", "--wait", "--", "sh", "-c",
      "for i in 1 2 3; do echo out $i; sleep 0.05; echo err $i >&2; sleep 0.05; done"
    ).split(separator: "\n").first.map(String.init)
    let task = try #require(id)
    #expect(try site.output("logs", "--both", task) == "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3")
    let timed = try site.output("logs", "--times", task).split(separator: "\n")
    #expect(timed.count == 6 && timed.allSatisfy { $0.hasPrefix("20") && $0.contains(" out ") || $0.contains(" err ") })
  }

  @Test func followInEveryState() throws {
    let site = try Site()
    _ = try site.server()
    let waiting = try site.output("submit", "-o", "ids", "--hold", "--", "echo", "never")
    let following = try site.start(Site.binary("banyan").path, ["logs", "-f", waiting])
    try site.until("it says that it waits") { following.errors.contains("has not begun") }
    try site.output("cancel", "--yes", waiting)
    #expect(following.waits(for: 20))
    #expect(following.status == 1 && following.output.isEmpty)
    #expect(try site.banyan("logs", "-f", "ffffffffffffffffffffffff").status == 66)

    let early = try site.output("submit", "-o", "ids", "--", "sh", "-c", "printf 'no end'")
    let live = try site.start(Site.binary("banyan").path, ["logs", "-f", early])
    _ = try site.worker("one")
    #expect(live.waits(for: 30))
    #expect(live.status == 0 && live.output == "no end")
    let failing = try site.output("submit", "-o", "ids", "--", "sh", "-c", "echo gone; exit 3")
    let end = try site.banyan("logs", "-f", failing)
    #expect(end.status == 1 && end.output == "gone\n" && end.errors.contains("exit 3"))
  }

  @Test func thousandsOfShortOnesBesideHundredsOfLongOnes() throws {
    let site = try Site()
    let server = try site.server()
    let worker = try site.worker("one", "--cores", "4", "--max-tasks", "400", "--state", site.path("one"))
    try site.output("submit", "-o", "ids", "--wait", "--cores", "0", "--", "true")
    let keeper = try #require(try Self.keeper(of: site.path("one")))
    let before = (try Self.descriptors(of: keeper), try Self.descriptors(of: worker.id))
    let memory = (try Self.memory(of: keeper), try Self.memory(of: worker.id))
    let long = try site.output("submit", "--array", "1-300", "--cores", "0", "--", "sh", "-c", "echo long; sleep 4")
    let short = try site.output("submit", "--array", "1-2000", "--cores", "0", "--", "echo", "short")
    // Who looks all the time takes the time of those that run.
    for job in [long, short] { #expect(try site.banyan("wait", job).status == 0) }
    try site.until("all have ended", within: 180) {
      try site.list("--state", "available", "--limit", "1").isEmpty
        && site.list("--state", "running", "--limit", "1").isEmpty
    }
    let token = try String(contentsOfFile: site.path("home/provider.token"), encoding: .utf8)
    let answer = try site.run(
      "/usr/bin/env",
      [
        "curl", "-sS", "-u", token.trimmingCharacters(in: .whitespacesAndNewlines) + ":",
        server.url + "/execution_info?max_results=10000",
      ])
    let object = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any]
    let attempts = try #require(object?["_items"] as? [[String: Any]])
    #expect(attempts.count == 2_301)
    #expect(attempts.allSatisfy { $0["exit_status"] as? String == "success" })
    #expect(attempts.allSatisfy { $0["time_started"] != nil && $0["time_terminated"] != nil })
    #expect(attempts.allSatisfy { ($0["cpu_seconds"] as? Double ?? -1) >= 0 })
    try site.until("no process is left") { try Self.children(of: keeper).isEmpty }
    let after = (try Self.descriptors(of: keeper), try Self.descriptors(of: worker.id))
    #expect(after == before)
    // The first load sizes what is kept for the next one; it does not grow with the number of tasks.
    #expect(try Self.memory(of: keeper) - memory.0 < 32 << 20)
    #expect(try Self.memory(of: worker.id) - memory.1 < 64 << 20)
  }

  @Test func anIdleWorkerLeavesAndARestartSparesWhatRuns() throws {
    let site = try Site()
    _ = try site.server()
    let first = try site.worker("one")
    let id = try site.output("submit", "-o", "ids", "--", "sh", "-c", "echo begun; sleep 3; echo went on")
    try site.until("it runs") { try site.banyan("logs", id).output == "begun\n" }
    // What the unit sends for a restart.
    first.kill(SIGUSR1)
    #expect(first.waits(for: 10))
    #expect(first.status == 0)
    let second = try site.worker("one", "--idle-timeout", "1s")
    #expect(try site.banyan("wait", id).status == 0)
    #expect(try site.output("logs", id) == "begun\nwent on")
    #expect(try site.field("attempt_count", of: id) == "1")
    #expect(second.waits(for: 20))
    #expect(second.status == 0)
  }

  /// A worker is killed while its keeper goes on, and one of the same name comes with another folder, as from another HOME
  /// or another machine: it can't know what became of the task, which nobody gets before its lease is over.
  @Test func aTaskDoesNotRunTwiceWhereAWorkerComesBackWithAnotherFolder() throws {
    let site = try Site()
    _ = try site.server("--lease", "40s")
    let first = try site.worker("one", "--cores", "2", "--max-tasks", "2", "--state", site.path("one"))
    let begun = site.path("begun")
    let ended = site.path("ended")
    let id = try site.output(
      "submit", "-o", "ids", "--cores", "1", "--", "sh", "-c", "echo x >> '\(begun)'; sleep 4; echo x >> '\(ended)'")
    func lines(_ path: String) -> Int {
      (FileManager.default.contents(atPath: path) ?? Data()).count { $0 == UInt8(ascii: "\n") }
    }
    try site.until("it runs") { lines(begun) == 1 }
    try site.until("that is known") { try site.field("state", of: id) == "running" }
    first.kill()
    #expect(first.waits(for: 10))
    let second = try site.worker("one", "--cores", "2", "--max-tasks", "2", "--state", site.path("two"))
    try site.until("it is there") { try site.isConnected("one") }
    #expect(try site.banyan("why", id).output.contains("out of contact"))
    // What is left of the machine is used meanwhile.
    let other = try site.output("submit", "--cores", "1", "--", "true")
    #expect(try site.banyan("wait", other).status == 0)
    try site.until("the keeper's task has ended") { lines(ended) == 1 }
    #expect(lines(begun) == 1, "it ran twice at once")
    second.kill(SIGTERM)
    #expect(second.waits(for: 30))
    // Its own folder knows how it ended.
    _ = try site.worker("one", "--cores", "2", "--state", site.path("one"))
    #expect(try site.banyan("wait", id).status == 0)
    #expect(lines(begun) == 1 && lines(ended) == 1)
    #expect(try site.field("loss_count", of: id) == "0")
  }

  // MARK: Processes

  private static func keeper(of folder: String) throws -> Int32? {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.first { pid in
      let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
      return line.range(of: Data("keeper\0--state\0\(folder)\0".utf8)) != nil
    }
  }

  private static func descriptors(of pid: Int32) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
  }

  private static func children(of pid: Int32) throws -> String {
    try String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
  }

  /// The resident set of a process in bytes.
  private static func memory(of pid: Int32) throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8)
    return (Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
