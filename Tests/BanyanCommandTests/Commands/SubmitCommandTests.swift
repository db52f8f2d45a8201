import ArgumentParser
import BanyanJSON
import TestSupport
import Testing

@testable import banyan

@Suite struct SubmitCommandTests {
  private func parsed(_ arguments: [String]) throws -> SubmitCommand {
    try #require(try Banyan.parseAsRoot(Vocabulary.understood(arguments)) as? SubmitCommand)
  }

  @Test func whatStandsBehindTheTerminatorIsTheProgramWhateverItLooksLike() throws {
    let words = ["prog", "--cores", "", "--", "-n", "x.yaml", "a b", "--help"]
    let command = try parsed(["submit", "--cores", "2", "--"] + words)
    #expect(command.program == words)
    #expect(command.graphs.isEmpty)
    #expect(command.task.cores == 2)
  }

  @Test func graphsStandWithoutOne() throws {
    let command = try parsed(["submit", "a.yaml", "--wait", "b.yml"])
    #expect(command.graphs == ["a.yaml", "b.yml"])
    #expect(command.program.isEmpty)
    #expect(command.wait)
  }

  @Test(arguments: [
    ["submit"], ["submit", "sleep", "10"], ["submit", "--shell", "x", "--", "y"], ["submit", "a.yaml", "--", "y"],
    ["submit", "a.yaml", "--array", "1-2"], ["submit", "--set", "a=b", "--", "x"],
    ["submit", "--max-running", "2", "--", "x"],
    ["submit", "--exit-status", "--", "x"],
    ["submit", "--array", "1-2", "--each", "f", "--", "x"], ["submit", "--cores", "many", "--", "x"],
    ["submit", "--array", "1-2", "--wait", "--exit-status", "--", "x"], ["submit", "--coers", "2", "--", "x"],
    ["submit", "--name", "12", "--", "x"], ["submit", "--name", "a/b", "--", "x"],
    ["submit", "--resume", "0", "a.yaml"],
    ["submit", "a.yaml", "b.yaml", "--name", "x"], ["submit", "a.yaml", "b.yaml", "--resume", "1"],
    ["submit", "a.yaml", "b.yaml", "--key", "k"], ["submit", "--dry-run", "--wait", "--", "x"],
    ["submit", "-o", "table", "--", "x"],
  ])
  func wrongUsageIsStatus64(arguments: [String]) throws {
    let error = try #require(throws: (any Error).self) { try self.parsed(arguments) }
    #expect(Banyan.exitCode(for: error).rawValue == 64)
  }

  @Test func aKeyThatNoRequestMayHaveIsRefusedUnderItsFlag() throws {
    for key in ["", String(repeating: "k", count: 256)] {
      let error = try #require(throws: (any Error).self) { try self.parsed(["submit", "--key", key, "--", "true"]) }
      #expect(Banyan.exitCode(for: error).rawValue == 64)
      #expect(Banyan.message(for: error).contains("--key: \(key.count) bytes long; give 1 to 255"))
    }
  }

  private let here = Surroundings(environment: ["PATH": "/bin"], unreadable: [], workingDirectory: "/srv")

  @Test func everyFlagArrivesInItsField() throws {
    let flags = [
      "--queue", "night", "--priority", "-3", "--not-before", "2030-01-01T00:00:00Z", "--estimate", "1h30m",
      "--time-limit", "2h", "--grace", "5s", "--retries", "2", "--retry-delay", "250ms", "--stdin", "/i", "--stdout",
      "/o", "--stderr", "/e", "--label", "k=v",
    ]
    let expected: JSONObject = [
      "queue": "night", "priority": -3, "not_before": "2030-01-01T00:00:00Z",
      "estimated_runtime_milliseconds": 5_400_000, "max_runtime_milliseconds": 7_200_000,
      "max_shutdown_time_milliseconds": 5000, "max_attempt_count": 3, "retry_delay_milliseconds": 250,
      "stdin_path": "/i", "stdout_path": "/o", "stderr_path": "/e", "labels": ["k": "v"],
    ]
    let task = try parsed(["submit"] + flags + ["--", "true"]).task
    var form = try task.form(here)
    form.work = .program(["true"])
    let document = form.document
    for (name, value) in expected { #expect(document[name] == value, "\(name)") }
    // The same flags change a task that is there, and nothing else of it.
    let changes = try task.changes(of: [:], here)
    #expect(JSON.object(changes) == .object(expected))
  }

  private func request(_ arguments: String...) throws -> JSON {
    let jobs = try parsed(["submit", "--export", "NONE"] + arguments).jobs(here)
    #expect(jobs.count == 1)
    return try #require(jobs.first).document
  }

  /// What every family has where nothing is said.
  private static func family(_ own: JSONObject) -> JSON {
    var family: JSONObject = [
      "requested_resources": ["cores": 1], "max_shutdown_time_milliseconds": 30_000, "working_directory": "/srv",
      "state": "available",
    ]
    for (key, value) in own { family[key] = value }
    return .object(family)
  }

  @Test func oneProgramIsAFamilyOfOne() throws {
    #expect(try request("--", "true") == ["tasks": [Self.family(["arguments": ["true"]])]])
    #expect(
      try request("--name", "fit", "--resume", "12", "--after", "12.3-4,7", "--shell", "a | b") == [
        "name": "fit", "resume": 12,
        "tasks": [Self.family(["name": "fit", "command": "a | b", "after": ["12.3-4,7"]])],
      ])
  }

  @Test func anArrayIsOneEntryHoweverManyTasksItHas() throws {
    let program: JSON = ["echo", "{index}"]
    #expect(
      try request("--array", "1-1000000", "--", "echo", "{index}") == [
        "tasks": [Self.family(["arguments": program, "range": "1-1000000"])]
      ])
    #expect(
      try request("--name", "s", "--array", "1-100%8", "--stop-after-failures", "2", "--", "echo", "{index}") == [
        "name": "s",
        "tasks": [
          Self.family([
            "name": "s", "arguments": program, "range": "1-100", "max_running": 8, "stop_after_failures": 2,
          ])
        ],
      ])
    for wrong in ["1-100%", "1-100%0", "1-100%x", "1-100%8%8"] {
      #expect(throws: UsageError.self) { try self.request("--array", wrong, "--", "true") }
    }
    #expect(throws: UsageError.self) { try self.request("--array", "1-9%2", "--max-running", "3", "--", "true") }
  }

  @Test func linesAreRows() throws {
    let folder = TestFolder()
    let file = folder.write("runs.csv", "step,rate\n08,1e-3\n")
    #expect(
      try request("--each", file, "--max-running", "3", "--", "fit", "{step}") == [
        "tasks": [
          Self.family([
            "arguments": ["fit", "{step}"], "rows": ["columns": ["step", "rate"], "values": [["08", "1e-3"]]],
            "max_running": 3,
          ])
        ]
      ])
  }

  @Test func aGraphIsOneJobAndItsNameMayBeAnother() throws {
    let folder = TestFolder()
    let file = folder.write("g.yaml", "name: g\ntasks:\n  a: {run: x, matrix: {p: [1, 2]}}\n  b: {run: y, after: a}\n")
    let job = try request(file, "--name", "other", "--resume", "3")
    #expect(job["name"] == "other" && job["resume"] == 3)
    #expect(job["tasks"]?.array?.map { $0["name"] } == ["a", "b"])
    #expect(job["tasks"]?[0]?["matrix"] == ["p": ["1", "2"]])
    #expect(job["tasks"]?[1]?["after"] == ["a"])
    #expect(try request(file)["name"] == "g")
  }

  @Test func whatTheServerAnswersIsUnderstood() throws {
    let made = try #require(
      MadeJob(JSON(parsing: #"{"_status":"OK","number":12,"task_count":7,"taken_over":3,"remarks":["a","b"]}"#)))
    #expect(made.number == 12 && made.taskCount == 7 && made.takenOver == 3 && made.remarks == ["a", "b"])
    #expect(MadeJob(["task_count": 1]) == nil && MadeJob(["number": 0]) == nil)
  }

  @Test(arguments: [[""], [","], ["a,"], ["a", ""]])
  func anOrderThatNamesNoTaskIsRefused(after: [String]) throws {
    let task = try parsed(["submit"] + after.flatMap { ["--after", $0] } + ["--", "true"]).task
    let error = #expect(throws: UsageError.self) { try task.form(here) }
    #expect(error.map { "\($0)".contains("--after") } == true)
  }

  @Test func aSpanThatMakesNoSenseIsRefusedWithItsFlag() throws {
    for text in ["0s", "999ms"] {
      #expect(throws: UsageError.self) { try Quantities.duration(text, of: "--lease", atLeast: 1000) }
    }
    #expect(try Quantities.duration("1s", of: "--lease", atLeast: 1000) == 1000)
  }

  @Test func aSpanWithoutItsUnitIsRefusedWithItsFlag() throws {
    let task = try parsed(["submit", "--estimate", "10", "--", "true"]).task
    let error = #expect(throws: UsageError.self) { try task.form(here) }
    #expect(error.map { "\($0)".contains("--estimate '10'") } == true)
  }
}
