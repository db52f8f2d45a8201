import Testing

@testable import banyan

@Suite struct FlagDefaultsTests {
  private static let yaml = """
    submit: {queue: night, retries: 2, hold: true, wait: false, label: [a=1, b=2], priority: -5}
    worker:
      leave-cores: 1
    """

  private func applied(_ arguments: String...) throws -> [String] {
    try FlagDefaults(yaml: Self.yaml, file: "config.yaml").applied(to: arguments)
  }

  @Test func whatNobodyTypedIsAdded() throws {
    #expect(
      try applied("submit", "--", "true") == [
        "submit", "--queue=night", "--retries=2", "--hold", "--label=a=1", "--label=b=2", "--priority=-5",
        "--given-by-default=queue", "--given-by-default=retries", "--given-by-default=hold",
        "--given-by-default=label", "--given-by-default=priority", "--", "true",
      ])
    #expect(try applied("worker", "--leave-cores", "3") == ["worker", "--leave-cores", "3"])
    #expect(
      try applied("submit", "--queue=day", "--label", "c=3", "--retries", "0", "--hold", "--priority=1", "x.yaml")
        == ["submit", "--queue=day", "--label", "c=3", "--retries", "0", "--hold", "--priority=1", "x.yaml"])
  }

  @Test func aProgramsOwnWordsAreNotLookedAt() throws {
    #expect(try applied("submit", "--", "run", "--queue", "x").prefix(2) == ["submit", "--queue=night"])
  }

  @Test func otherCommandsAreLeftAlone() throws {
    #expect(try applied("list", "-o", "json") == ["list", "-o", "json"])
    #expect(try applied() == [])
    #expect(try FlagDefaults(file: "/nowhere/config.yaml").applied(to: ["submit", "x"]) == ["submit", "x"])
  }

  @Test func whatIsAddedIsUnderstood() throws {
    let words = try FlagDefaults(yaml: Self.yaml, file: "config.yaml").applied(
      to: Vocabulary.understood(["submit", "--", "true"]))
    let command = try #require(try Banyan.parseAsRoot(words) as? SubmitCommand)
    #expect(command.task.queue == "night" && command.task.priority == -5 && command.program == ["true"])
  }

  /// Beside a graph a flag that was typed goes before one that stands here.
  @Test func aGraphIsTakenWhateverProgramsAreGiven() throws {
    let defaults = try FlagDefaults(yaml: Self.yaml, file: "config.yaml")
    let words = defaults.applied(to: try Vocabulary.understood(["submit", "--queue", "day", "a.yaml"]))
    let command = try #require(try Banyan.parseAsRoot(words) as? SubmitCommand)
    #expect(command.graphs == ["a.yaml"] && command.task.queue == "day" && !command.defaults.contains("queue"))
    #expect(command.defaults.contains("retries"))
  }

  /// `no`, `08` and `~` are texts like others; only true and false, as they are, switch a flag.
  @Test(arguments: ["no", "off", "08", "~", "yes", "1e3", "\"true\""]) func wordsStayWords(word: String) throws {
    let words = try FlagDefaults(yaml: "submit: {queue: \(word)}", file: "c").applied(to: ["submit"])
    #expect(words[1] == "--queue=\(word.replacing("\"", with: ""))")
  }

  @Test func aTagIsNotDropped() {
    let error = #expect(throws: UsageError.self) {
      try FlagDefaults(yaml: "submit:\n  queue: !night x", file: "config.yaml")
    }
    #expect(error?.description.hasPrefix("config.yaml:2:10: queue: ") == true)
  }

  @Test func aFlagThatIsNoneIsToldWithItsPlace() throws {
    let defaults = try FlagDefaults(yaml: "submit:\n  queue: night\n  wait: yes\n", file: "config.yaml")
    let trouble = defaults.trouble(in: ["submit", "--", "x"]) { words in
      words.contains("--wait=yes") ? "wrong" : nil
    }
    #expect(trouble?.description == "config.yaml:3:9: wait: wrong")
    #expect(defaults.trouble(in: ["submit"]) { _ in "wrong by itself" } == nil)
  }

  @Test(arguments: [
    ("sumbit: {queue: x}", "config.yaml:1:1: 'sumbit' is no subcommand; did you mean 'submit'?"),
    ("submit: night", "config.yaml:1:9: give flags of submit, as in {queue: night}"),
    ("submit: {--queue: x}", "config.yaml:1:10: give a flag without its dashes, as in queue"),
    ("submit:\n  queue: {a: b}", "config.yaml:2:10: queue: give a value, a list of values, or true"),
    ("[1]", "config.yaml:1:1: give subcommands and their flags, as in submit: {queue: night}"),
  ])
  func mistakesAreToldWithTheirPlace(yaml: String, message: String) throws {
    let error = try #require(throws: UsageError.self) { try FlagDefaults(yaml: yaml, file: "config.yaml") }
    #expect(error.description == message)
  }

  @Test func whatIsNoYAMLIsAnError() throws {
    let error = try #require(throws: UsageError.self) { try FlagDefaults(yaml: "a: [", file: "config.yaml") }
    #expect(error.description.hasPrefix("config.yaml:2:1: this is not YAML"))
    #expect(try FlagDefaults(yaml: "", file: "config.yaml").applied(to: ["submit"]) == ["submit"])
  }
}
