import Foundation
import Testing

/// What people do when something failed: ask why, mend it, and try again.
@Suite(.serialized) struct RetryAndWhyTests {
  @Test func aFailedGraphIsExplainedAndTriedAgainAsAWhole() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one", "--cores", "2")
    let graph = """
      name: g
      tasks:
        first: {run: test -e flag}
        second: {run: 'true', after: first}
        third: {run: 'true', after: second}
      """
    try graph.write(toFile: site.path("graph.yaml"), atomically: true, encoding: .utf8)
    let lines = try site.output("submit", "-o", "ids", site.path("graph.yaml")).split(separator: "\n")
    let ids = lines.map(String.init)
    #expect(try site.banyan("wait", "@last").status == 1)
    #expect(try site.output("why", "g/first") == "It failed: failure (exit 1).")
    #expect(try site.output("why", ids[2]).contains("first, 2 tasks above it, failed: failure (exit 1)"))
    try "".write(toFile: site.path("flag"), atomically: true, encoding: .utf8)
    let retried = try site.banyan("retry", "g")
    #expect(retried.status == 0)
    #expect(retried.output == "1\n")
    #expect(try site.banyan("wait", "@last", "g/third").status == 0)
    #expect(try site.output("tasks", "1", "--state", "succeeded", "-o", "ids").split(separator: "\n").count == 3)
  }

  @Test func theNextAttemptWaitsForNobodyWhoCanNot() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("a", "--queues", "a")
    _ = try site.worker("b", "--queues", "b")
    try site.until("both are there") { try site.isConnected("a") && site.isConnected("b") }
    // Each has claimed from its queue.
    for queue in ["a", "b"] {
      #expect(
        try site.banyan("wait", try site.output("submit", "-o", "ids", "--queue", queue, "--", "true")).status == 0)
    }
    let begun = Date()
    let id = try site.output("submit", "-o", "ids", "--queue", "a", "--retries", "1", "--", "false")
    #expect(try site.banyan("wait", id, limit: 40).status == 1)
    #expect(Date().timeIntervalSince(begun) < 20, "b takes nothing from this queue")
    #expect(try site.field("attempt_count", of: id) == "2")
  }

  @Test func whoLacksTheFolderIsNamed() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one")
    let missing = site.path("missing")
    let id = try site.output("submit", "-o", "ids", "--cwd", missing, "--", "true")
    try site.until("it was given back") {
      try site.output("why", id).hasPrefix("No known worker has what it needs: one ")
    }
    #expect(try site.output("why", id).contains("gave it back: no such folder: \(missing)"))
    #expect(try site.output("tasks", "-o", "wide").contains("one gave it back: no such folder: \(missing)"))
    // Another one has it.
    try FileManager.default.createDirectory(atPath: missing, withIntermediateDirectories: true)
    _ = try site.worker("two")
    #expect(try site.banyan("wait", id).status == 0)
  }

  @Test func aWorkerThatLeavesTakesNothingThatItMustGiveBack() throws {
    let site = try Site()
    _ = try site.server()
    let long = try site.output("submit", "-o", "ids", "--time-limit", "1h", "--", "true")
    let silent = try site.output("submit", "-o", "ids", "--", "true")
    let short = try site.output("submit", "-o", "ids", "--time-limit", "2s", "--", "true")
    let worker = try site.worker("guest", "--time-limit", "60s", "--idle-timeout", "3s")
    #expect(try site.banyan("wait", short).status == 0)
    #expect(try site.output("why", long).hasPrefix("It may take 1 h, and guest stays "))
    #expect(try site.output("why", silent).hasPrefix("It doesn't say how long it takes, and guest stays "))
    #expect(try site.output("workers").contains("stays until "))
    #expect(worker.waits(for: 30), "it is idle")
    #expect(try site.field("claim_number", of: long) == "0")
    #expect(try site.field("claim_number", of: silent) == "0")
    _ = try site.worker("guest", "--time-limit", "60s", "--assume", "5s")
    #expect(try site.banyan("wait", silent).status == 0)
    #expect(try site.field("claim_number", of: long) == "0")
    #expect(try site.banyan("worker", "--assume", "5s").status == 64)
  }

  @Test func whatWaitsSaysWhy() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one", "--cores", "2")
    try site.until("the worker is there") {
      try site.output("workers", "-o", "json").contains("\"connected\": true")
    }
    let huge = try site.banyan("submit", "-o", "ids", "--cores", "9999", "--", "true").output.trimmingCharacters(
      in: .newlines)
    let sentence = "No known worker could ever run it: the nearest, one, has 2 cores of 9999."
    #expect(try site.output("why", huge) == sentence)
    #expect(try site.output("tasks", "-o", "wide").contains("no worker could ever run it: one has 2 cores of 9999"))
    let why = try site.output("why", huge, "-o", "json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(why.utf8)) as? [String: Any])
    #expect(object["reason"] as? String == "never_fits")
    try site.output("workers", "pause", "one", "--note", "new disk")
    let small = try site.output("submit", "-o", "ids", "--", "true")
    #expect(
      try site.output("why", small)
        == "The one worker that could run it takes nothing: one is paused (new disk).")
    try site.output("workers", "resume", "one")
    #expect(try site.banyan("wait", small).status == 0)
    #expect(try site.output("why", small) == "It succeeded.")
  }
}
