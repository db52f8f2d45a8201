import Foundation
import Testing

/// What people and scripts see of jobs and tasks: lists, portraits, logs, results, and the line that moves.
@Suite(.serialized) struct LookingTests {
  private func json(_ text: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
  }

  /// A server, a worker, and three jobs: an array of which a member failed, one that wants a folder that isn't there, and
  /// one on hold.
  private func queue() throws -> Site {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one", "--cores", "2")
    let script = "echo out {index}; echo err {index} >&2; [ {index} != 2 ]"
    let jobs = [
      ["--name", "sweep", "--array", "1-3", "--", "sh", "-c", script], ["--cwd", site.path("missing"), "--", "true"],
      ["--hold", "--", "date", "-u"],
    ]
    for job in jobs { #expect(try site.run(Site.binary("banyan").path, ["submit"] + job).status == 0) }
    #expect(try site.banyan("wait", "sweep").status == 1)
    try site.until("the folder is missed") { try site.output("why", "2").contains("no such folder") }
    return site
  }

  @Test func whatIsAliveFailedOrStuckIsSeenAtOnce() throws {
    let site = try queue()
    let list = try site.output("list")
    let lines = list.split(separator: "\n").map(String.init)
    #expect(lines.count == 4 && lines[0].hasPrefix("JOB"), "\(list)")
    #expect(lines[1].contains("no such folder: \(site.path("missing"))"), "\(list)")
    #expect(lines[2].contains("held") && lines[2].contains("date -u"), "what has no name shows its command: \(list)")
    #expect(lines[3].contains("2/3, 1 failed") && lines[3].contains("1.2 sweep[2]: failure (exit 1)"), "\(list)")
    #expect(try site.output("list", "--limit", "1").contains("no such folder"), "what waits stands before what is held")
    let tasks = try site.output("tasks", "sweep")
    #expect(tasks.contains("STARTED") && tasks.contains("one") && tasks.contains("failure (exit 1)"), "\(tasks)")
    #expect(tasks.split(separator: "\n")[1].hasPrefix("1.2 "), "what failed stands before what succeeded: \(tasks)")
    #expect(try site.output("tasks", "--state", "held", "-o", "ids").utf8.count == 24)
    #expect(try site.output("list", "--since", "1h", "-o", "ids").split(separator: "\n").count == 3)
    #expect(try site.output("list", "--since", "2099-01-01", "-o", "ids").isEmpty)
    #expect(try site.banyan("list", "--since", "soon").status == 64)
  }

  @Test func whatFitsNothingIsToldByTheStatusWhereASingleThingWasNamed() throws {
    let site = try queue()
    for words in [
      ["list", "99"], ["tasks", "1.99"], ["show", "99"], ["why", "1.99"], ["logs", "1.99"], ["wait", "99"],
    ] {
      let result = try site.run(Site.binary("banyan").path, words)
      #expect(result.status == 66 && result.output.isEmpty && !result.errors.isEmpty, "\(words): \(result)")
    }
    // A filter that fits nothing is no error.
    let none = try site.banyan("tasks", "1", "--state", "running")
    #expect(none.status == 0 && none.output.isEmpty && none.errors.contains("no task fits"))
  }

  /// JSON alone on standard output, with dates of ISO 8601 in UTC.
  @Test func everyCommandSpeaksJSON() throws {
    let site = try queue()
    let commands = [
      ["list"], ["tasks"], ["tasks", "1"], ["show", "1"], ["show", "1.2"], ["why", "1"], ["why", "1.2"],
      ["wait", "1.1"],
      ["results", "1"], ["workers"], ["workers", "show", "one"], ["stats"], ["top"],
    ]
    for words in commands {
      let result = try site.run(Site.binary("banyan").path, words + ["-o", "json"])
      #expect(result.status == 0, "\(words): \(result.errors)")
      #expect(throws: Never.self, "\(words): \(result.output)") { try json(result.output) }
      #expect(!result.output.contains(" GMT\""), "\(words): \(result.output)")
      for form in ["jsonl", "csv", "ids"] {
        let other = try site.run(Site.binary("banyan").path, words + ["-o", form])
        #expect(other.status == 0 && !other.output.isEmpty, "\(words) -o \(form): \(other)")
        guard form == "jsonl" else { continue }
        for line in other.output.split(separator: "\n") { _ = try json(String(line)) }
      }
    }
    let task = try json(site.output("show", "1.2", "-o", "json")) as? [String: Any]
    #expect(task?["exit_status"] as? String == "failure (exit 1)")
    #expect((task?["started"] as? String)?.hasSuffix("Z") == true && task?["ended"] != nil)
    let attempts = task?["attempts"] as? [[String: Any]]
    #expect(attempts?.count == 1 && attempts?.first?["exit_status"] as? String == "failure (exit 1)")
    let job = try json(site.output("show", "1", "-o", "json")) as? [String: Any]
    let tasks = job?["tasks"] as? [[String: Any]]
    #expect(tasks?.count == 3 && tasks?.allSatisfy { ($0["attempts"] as? [Any])?.count == 1 } == true)
  }

  @Test func aFailureIsExplainedWithWhatItPrinted() throws {
    let site = try queue()
    let why = try site.output("why", "1.2")
    #expect(why == "It failed: failure (exit 1).\nThe last lines of its standard error:\n  err 2")
    let job = try site.output("why", "sweep")
    #expect(job.contains("  1.2 sweep[2]: failure (exit 1)") && job.hasSuffix("  err 2"), "\(job)")
    let shown = try site.output("show", "sweep")
    #expect(shown.contains("2/3 done, 1 failed") && shown.contains("each takes"), "\(shown)")
    #expect(try site.output("show", "1.2").contains(" on one"))
    let waited = try site.banyan("wait", "1")
    #expect(waited.errors.contains("1 failed of 3") && waited.errors.contains("1.2 sweep[2]: failure (exit 1)"))
  }

  @Test func causesNameTasksAsPeopleDo() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one", "--cores", "2")
    let graph = "tasks:\n  first: {run: 'echo bad >&2; false'}\n  second: {run: 'true', after: first}\n"
    try graph.write(toFile: site.path("g.yaml"), atomically: true, encoding: .utf8)
    #expect(try site.banyan("submit", site.path("g.yaml")).status == 0)
    let waited = try site.banyan("wait", "1.1", "1.2")
    #expect(waited.status == 1 && !waited.errors.contains("parent 6"), "\(waited.errors)")
    for words in [["tasks", "1"], ["show", "1.2"], ["list"], ["why", "1.2"], ["show", "1"]] {
      let text = try site.run(Site.binary("banyan").path, words).output
      let body = text.split(separator: "\n").filter { !$0.hasPrefix("id ") }.joined(separator: "\n")
      let ids = body.split { !$0.isHexDigit }.filter { $0.count == 24 }
      #expect(ids.isEmpty, "\(words): \(text)")
    }
    #expect(try site.output("tasks", "1").contains("parent 1.1 first failed"))
    #expect(try site.output("why", "1.2").hasSuffix("  bad"), "what failed above it printed it")
  }

  @Test func resultsAreARowAMember() throws {
    let site = try queue()
    let table = try site.output("results", "sweep")
    #expect(table.split(separator: "\n").count == 4 && table.contains("index") && table.contains("failed"), "\(table)")
    let csv = try site.output("results", "1", "-o", "csv").split(whereSeparator: \.isNewline)
    #expect(csv.count == 4 && csv[0].hasPrefix("member,name,index,outcome,exit_status"))
    let failed = try json(site.output("results", "1", "--failed", "-o", "json")) as? [[String: Any]]
    #expect(failed?.count == 1 && failed?.first?["member"] as? Int == 2)
    #expect(try site.output("results", "1.1,3", "-o", "ids") == "1.1\n1.3")
    #expect(try site.banyan("results", "99").status == 66)
  }

  // MARK: Logs

  @Test func bothStreamsAreShownAndOfSeveralTheTaskStandsInFront() throws {
    let site = try queue()
    #expect(try site.output("logs", "1.2") == "out 2\nerr 2")
    #expect(try site.output("logs", "1.2", "--stdout") == "out 2")
    #expect(try site.output("logs", "1.2", "--stderr") == "err 2")
    #expect(
      try site.output("logs", "1") == (1...3).map { "1.\($0): out \($0)\n1.\($0): err \($0)" }.joined(separator: "\n"))
    #expect(try site.output("logs", "1.3", "1.1", "--stdout") == "1.3: out 3\n1.1: out 1")
    #expect(try site.output("logs", "1", "--failed") == "1.2: out 2\n1.2: err 2")
    #expect(try site.output("logs", "1", "--tail", "1", "--stderr") == "1.1: err 1\n1.2: err 2\n1.3: err 3")
    #expect(
      try site.output("logs", "1.1", "--times").split(separator: "\n").allSatisfy {
        $0.contains("T") && $0.contains(":")
      })
    // Bytes that are no text come as they are.
    let id = try site.output("submit", "--", "printf", "\\377\\000x")
    #expect(try site.banyan("wait", id).status == 0)
    let raw = try site.run(
      "/bin/sh", ["-c", "\(try Site.binary("banyan").path) logs --stdout \(id) | od -An -tx1"])
    #expect(raw.output.split(separator: " ").map { $0.trimmingCharacters(in: .newlines) } == ["ff", "00", "78"])
  }

  @Test func severalAreFollowedToTheirEnds() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one", "--cores", "2")
    let go = site.path("go")
    let script = "printf 'half '; until [ -e '\(go)' ]; do sleep 0.05; done; echo line {index}; [ {index} != 2 ]"
    #expect(
      try site.run(Site.binary("banyan").path, ["submit", "--array", "1-2", "--", "sh", "-c", script]).status == 0)
    let follower = try site.start(Site.binary("banyan").path, ["logs", "-f", "1"])
    try site.until("they run") { try site.list("--state", "running").count == 2 }
    try "".write(toFile: go, atomically: true, encoding: .utf8)
    #expect(follower.waits(for: 60))
    #expect(follower.status == 1 && follower.errors.contains("1.2"), "\(follower.errors)")
    #expect(follower.output.split(separator: "\n").sorted() == ["1.1: half line 1", "1.2: half line 2"])
  }

  @Test func whatWasTakenOverShowsTheLogOfTheOneThatRan() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one")
    let graph = "tasks:\n  first: {run: 'echo from the first job'}\n  second: {run: 'test -e flag', after: first}\n"
    try graph.write(toFile: site.path("g.yaml"), atomically: true, encoding: .utf8)
    #expect(try site.banyan("submit", "--wait", site.path("g.yaml")).status == 1)
    try "".write(toFile: site.path("flag"), atomically: true, encoding: .utf8)
    #expect(try site.banyan("submit", "--wait", "--resume", "1", site.path("g.yaml")).status == 0)
    #expect(try site.output("logs", "2.1") == "from the first job")
    #expect(try site.output("logs", "2") == "2.1: from the first job")
    #expect(try site.output("tasks", "2").contains("taken over"))
  }

  // MARK: Waiting

  @Test func waitingHasAnEnd() throws {
    let site = try queue()
    let result = try site.banyan("wait", "3", "--timeout", "200ms")
    #expect(result.status == 75 && result.output.isEmpty && result.errors.contains("time is up"), "\(result)")
    #expect(try site.banyan("wait", "3", "--timeout", "2").status == 64)
  }

  /// On a terminal of 50 columns: drawn every second by itself, never wider, and nothing of it is left.
  @Test func theLineMovesByItselfAndLeavesNothing() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one", "--cores", "2")
    #expect(
      try site.banyan("submit", "--name", "a rather long name", "--array", "1-2", "--", "sleep", "3").status == 0)
    let inner = "stty cols 50; exec \(try Site.binary("banyan").path) wait 1"
    let result = try site.run("/usr/bin/env", ["TERM=xterm", "COLUMNS=200", "script", "-qec", inner, "/dev/null"])
    #expect(result.status == 0, "\(result)")
    let drawn = result.output.components(separatedBy: "\r\u{1B}[K")
    #expect(drawn.count >= 4, "\(result.output)")
    #expect(drawn.dropLast().allSatisfy { $0.count < 50 && !$0.contains("\n") }, "\(drawn)")
    #expect(Set(drawn.compactMap { $0.components(separatedBy: "00:0").dropFirst().last?.first }).count >= 3, "\(drawn)")
    // What stands there at the end is what was said behind the line.
    #expect(drawn.last?.contains("all 2 succeeded") == true, "\(drawn)")
  }

  // MARK: Workers

  @Test func aWorkerIsShownAndWhatIsDoneToItIsSaid() throws {
    let site = try queue()
    let paused = try site.banyan("workers", "pause", "one", "--note", "new disk", "--for", "2h")
    #expect(paused.status == 0 && paused.errors.contains("one takes nothing more until "), "\(paused.errors)")
    let shown = try site.output("workers", "show", "one")
    #expect(shown.contains("paused") && shown.contains("new disk, until "), "\(shown)")
    #expect(try site.output("workers").contains("new disk, until "))
    #expect(try site.banyan("workers", "resume", "one").errors.contains("takes tasks again"))
    #expect(try site.banyan("workers", "drain", "one").errors.contains("takes nothing more"))
    let missing = try site.banyan("workers", "show", "on")
    #expect(missing.status == 66 && missing.errors.contains("did you mean 'one'?"), "\(missing.errors)")
    #expect(try site.output("workers", "-o", "ids") == "one")
  }
}
