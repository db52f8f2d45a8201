import ArgumentParser
import BanyanJSON
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
    ["submit", "a.yaml", "--cores", "2"], ["submit", "a.yaml", "--array", "1-2"],
    ["submit", "--exit-status", "--", "x"],
    ["submit", "--array", "1-2", "--each", "f", "--", "x"], ["submit", "--cores", "many", "--", "x"],
    ["submit", "--array", "1-2", "--wait", "--exit-status", "--", "x"], ["submit", "--coers", "2", "--", "x"],
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

  @Test func aFlagOfOneTaskIsNotPassedOverBesideAGraph() {
    for flag in ["--estimate", "--queue", "--memory", "--label", "--stdin"] {
      let error = #expect(throws: (any Error).self) { try self.parsed(["submit", "a.yaml", flag, "k=1"]) }
      #expect(error.map { Banyan.exitCode(for: $0).rawValue } == 64, "\(flag)")
    }
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

  @Test func everyHelpStartsWithAnExampleAndFitsAScreen() {
    let page = Banyan.helpMessage(columns: 100)
    #expect(page.contains("banyan run seeds/hello.yaml"))
    #expect(page.split(separator: "\n", omittingEmptySubsequences: false).count <= 45)
    for command in Banyan.configuration.subcommands {
      #expect(Banyan.helpMessage(for: command, columns: 100).contains("Example: "), "\(command)")
    }
  }
}
