import BanyanJSON
import Testing

@testable import banyan

/// YAML's own rules change no command in silence, and words stay words.
@Suite struct GraphWordsTests {
  private func mistakes(_ run: String) -> [String] { GraphReaderTests.mistakes("tasks:\n  a:\n    \(run)\n") }

  /// What would be lost of a command is told at its place, with how to write it.
  @Test(arguments: [
    ("run: ! grep -q x f", "3:10", "!"), ("run: !grep -q x f", "3:10", "!"), ("run: !!str true", "3:10", "!"),
    ("run: &a ! x", "3:13", "!"), ("run: \"a\" # b\n    cores: !x 2", "4:12", "!"),
    ("run: printf one # two", "3:21", "#"), ("run: é x # two", "3:14", "#"),
    ("arguments: [a, ! b]", "3:20", "!"), ("arguments:\n      - a # b", "4:11", "#"),
    ("run: printf one \\\n      two", "3:21", "backslash"), ("run: 'printf one \\\n      two'", "3:22", "backslash"),
    ("run: >\n      printf one \\\n      two", "4:18", "backslash"),
    ("run: [ -s f ] && x", "3:20", "block"), ("run: \"a\" \"b\"", "3:14", "block"), ("run: *.csv", "3:11", "block"),
    ("run: @x", "3:10", "block"), ("run: { echo a; }", "3:10", "block"), ("run: echo a: b", "3:16", "block"),
    ("run: \"abc", "3:10", "quote"), ("run: 'abc", "3:10", "quote"),
  ])
  func nothingIsDropped(line: String, place: String, word: String) {
    let mistakes = mistakes(line)
    #expect(mistakes.count == 1, "\(mistakes)")
    #expect(mistakes.first?.hasPrefix("g.yaml:\(place): ") == true, "\(mistakes)")
    #expect(mistakes.first?.contains(word) == true, "\(mistakes)")
  }

  /// What is taken runs as the file shows it.
  @Test(arguments: [
    ("run: \"! grep -q x f\"", "! grep -q x f"),
    ("run: |\n      printf one \\\n        two # three\n", "printf one \\\n  two # three\n"),
    ("run: a#b ! c", "a#b ! c"), ("run: x \\y", "x \\y"), ("run: >\n      one\n      two\n", "one two\n"),
    ("run: one\n      two", "one two"), ("run: \"a # b\"   # why", "a # b"), ("run: 'a '' b'", "a ' b"),
    ("run: |2\n        x\n", "  x\n"), ("run: no", "no"), ("run: ~", "~"), ("run: 08", "08"), ("run: 1e3", "1e3"),
    ("run: \"one \\\n      two\"", "one two"),
  ])
  func whatIsTakenIsWhatStandsThere(line: String, command: String) throws {
    let graph = try GraphReaderTests.read("tasks:\n  a:\n    \(line)\n")
    #expect(graph.tasks.first?.form.document["command"] == .string(command))
  }

  @Test(arguments: ["cores: 08", "cores: 1e0", "cores: +1", "priority: 01", "retries: 0x1", "hold: no", "hold: yes"])
  func aNumberAndAFlagAreNotGuessed(line: String) {
    let mistakes = mistakes("\(line)\n    run: x")
    #expect(mistakes.count == 1 && mistakes[0].hasPrefix("g.yaml:3:"), "\(mistakes)")
  }

  @Test func anchorsAndMergeKeysWork() throws {
    let graph = try GraphReaderTests.read(
      """
      x-common: &c {cores: 2, env: {A: "1"}}
      x-more: &m {cores: 5, queue: night}
      defaults: {<<: *c}
      tasks:
        a: {run: x}
        b: {<<: [*c, *m], run: x, priority: 1}
        c: {<<: *m, run: x, cores: 7}
      """)
    let documents = graph.tasks.map(\.form.document)
    #expect(documents.map { $0["requested_resources"]?["cores"] } == [2, 2, 7])
    #expect(documents.map { $0["queue"] } == [nil, "night", "night"])
    #expect(documents[1]["environment"]?["A"] == "1" && documents[1]["priority"] == 1)
    #expect(GraphReaderTests.mistakes("tasks:\n  a: {<<: 3, run: x}\n").first?.hasPrefix("g.yaml:2:11: <<") == true)
  }

  @Test func keysOfTheTaskModelAreTakenBesideTheShortOnes() throws {
    let graph = try GraphReaderTests.read(
      """
      tasks:
        a:
          command: x
          environment: {A: b}
          working_directory: /w
          max_runtime_milliseconds: 1500
          max_attempt_count: 3
          max_loss_count: 9
          stdout_path: /o
          held: true
          requested_resources: {memory: 1G, cpu_cores: {count: 2, percent: 0}, gpu_count: 1, custom: {license: 2}}
      """)
    let task = graph.tasks[0].form.document
    #expect(task["command"] == "x" && task["environment"]?["A"] == "b" && task["working_directory"] == "/w")
    #expect(task["max_runtime_milliseconds"] == 1500 && task["max_attempt_count"] == 3 && task["max_loss_count"] == 9)
    #expect(task["stdout_path"] == "/o" && task["held"] == true)
    let resources = task["requested_resources"]
    #expect(
      resources?["memory"] == "1GiB" && resources?["gpus"] == 1 && resources?["cores"] == nil
        && resources?["cpu_cores"]?["count"] == 2 && resources?["custom"] == ["license": 2])
    let twice = GraphReaderTests.mistakes("tasks:\n  a: {run: x, cwd: /a, working_directory: /b}\n")
    #expect(twice.count == 1 && twice[0].hasPrefix("g.yaml:2:24: working_directory: the same as cwd"), "\(twice)")
  }

  @Test(arguments: [("depends_on", "after"), ("timeout", "time_limit"), ("cmd", "run"), ("cpus", "cores")])
  func whatOtherToolsCallAKeyIsUnderstood(word: String, key: String) {
    let mistakes = GraphReaderTests.mistakes("tasks:\n  a: {arguments: [x], \(word): b}\n")
    #expect(mistakes == ["g.yaml:2:23: '\(word)' is no key of a task; did you mean '\(key)'?"])
  }

  @Test(arguments: [
    ("tasks:\n  a:\n\trun: x\n", "g.yaml:3:1: a tab"), ("tasks:\n  a:\n  \trun: x\n  b: y\n", "g.yaml:3:3: a tab"),
    ("tasks:\n  é: {run: \"x\u{7}\"}\n", "g.yaml:2:14: the character U+0007"),
    ("tasks:\n  a: {run: \"x\n  b: {run: y}\n", "g.yaml:2:12: this quote has no end"),
  ])
  func whatIsNoYAMLIsToldAtTheRightPlace(yaml: String, told: String) {
    let mistakes = GraphReaderTests.mistakes(yaml)
    #expect(mistakes.count == 1 && mistakes[0].hasPrefix(told), "\(mistakes)")
  }

  @Test func bytesThatAreNoTextAreTold() {
    #expect(InputFile.lengthOfUTF8(Array("aé🌳".utf8)) == 7)
    let bytes = Array("a\né".utf8) + [0xFF] + Array("x".utf8)
    #expect(InputFile.lengthOfUTF8(bytes) == 4)
    #expect(TextPlace(of: 4, in: bytes) == TextPlace(line: 2, column: 2))
  }
}
