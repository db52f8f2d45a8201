import BanyanCore
import BanyanJSON
import Testing

@testable import banyan

@Suite struct GraphReaderTests {
  static let here = GraphReader.Context(workingDirectory: "/srv", environment: ["PATH": "/bin"])

  static func read(_ yaml: String) throws -> Graph { try GraphReader.read(yaml, file: "g.yaml", context: here) }

  /// What is wrong with a graph, as it is printed.
  static func mistakes(_ yaml: String) -> [String] {
    do {
      _ = try read(yaml)
      return []
    } catch let error as GraphError {
      return error.problems.map(\.description)
    } catch {
      return ["\(error)"]
    }
  }

  @Test func namesInTwoFormsAreTwoTasks() throws {
    let graph = try Self.read(
      """
      tasks:
        m: {run: "true", matrix: {part: ["caf\u{e9}", "cafe\u{301}"]}}
        last: {run: "true", after: "m[cafe\u{301}]"}
      """)
    #expect(graph.taskCount == 3)
    #expect(graph.tasks.last?.form.after.map { CodePoints($0) } == ["m[cafe\u{301}]"])
    #expect(graph.tasks.last?.edges.first?.conditions.first?.value == .text("cafe\u{301}"))
    #expect(Self.mistakes("tasks: {\"caf\u{e9}\": {run: x}, b: {run: x, after: \"cafe\u{301}\"}}").count == 1)
  }

  @Test func everyKeyArrivesInItsField() throws {
    let graph = try Self.read(
      """
      name: all
      output: out
      defaults: {cores: 2, env: {A: default, B: "2"}}
      tasks:
        first:
          run: echo $A {x}
          env: {A: own, N: 5, E: ""}
          memory: 1 GiB
          gpus: 1
          gpu_memory: 8 GiB
          gpu_compute_capability: "8.6"
          resources: {license: 2}
          queue: night
          priority: -3
          labels: {k: v}
          time_limit: 1h30m
          estimate: 1h
          grace: 5s
          retries: 2
          retry_delay: 250ms
          not_before: 2030-01-01T00:00:00Z
          cwd: sub
          stdin: in.txt
          stdout: /abs/out
          hold: true
          on_lost_contact: continue
        second: {arguments: [printf, "%s", "", "$HOME"], after: [first]}
        gate: {after: second}
      """)
    #expect(graph.output == "/srv/out")
    #expect(graph.tasks.map(\.form.name) == ["first", "second", "gate"])
    let first = graph.tasks[0].form.document
    #expect(first["command"] == "echo $A {x}")
    #expect(first["environment"]?["A"] == "own")
    #expect(first["environment"]?["B"] == "2")
    #expect(first["environment"]?["N"] == "5")
    #expect(first["environment"]?["E"] == "")
    #expect(first["environment"]?["PATH"] == "/bin")
    #expect(first["environment"]?["BANYAN_GRAPH_DIR"] == "/srv")
    #expect(first["requested_resources"]?["cores"] == 2)
    #expect(first["requested_resources"]?["memory"] == "1 GiB")
    #expect(first["requested_resources"]?["gpus"] == 1)
    #expect(first["requested_resources"]?["custom"] == ["license": 2])
    #expect(first["queue"] == "night")
    #expect(first["priority"] == -3)
    #expect(first["labels"] == ["k": "v"])
    #expect(first["max_runtime_milliseconds"] == 5_400_000)
    #expect(first["estimated_runtime_milliseconds"] == 3_600_000)
    #expect(first["max_shutdown_time_milliseconds"] == 5000)
    #expect(first["max_attempt_count"] == 3)
    #expect(first["retry_delay_milliseconds"] == 250)
    #expect(first["working_directory"] == "/srv/out/sub")
    #expect(first["stdin_path"] == "/srv/out/in.txt")
    #expect(first["stdout_path"] == "/abs/out")
    #expect(first["held"] == true)
    #expect(first["on_lost_contact"] == "continue")
    #expect(first["state"] == "available")
    let second = graph.tasks[1].form.document
    #expect(second["arguments"] == ["printf", "%s", "", "$HOME"])
    #expect(second["after"] == ["first"])
    #expect(second["working_directory"] == "/srv/out")
    #expect(second["max_shutdown_time_milliseconds"] == 30_000)
    let gate = graph.tasks[2].form.document
    #expect(gate["requested_resources"] == nil)
    #expect(gate["environment"] == nil)
    #expect(gate["command"] == nil)
  }

  @Test func blockTextReachesTheShellAsItStands() throws {
    let graph = try Self.read(
      "tasks:\n  a:\n    run: |\n      bash -c \"sleep 0.1 && echo 'a  b'\"\n      echo '*' \\\\\n")
    #expect(graph.tasks[0].form.document["command"] == "bash -c \"sleep 0.1 && echo 'a  b'\"\necho '*' \\\\\n")
  }

  @Test(arguments: [
    ("tasks:\n  a: {run: x, cors: 1}\n", "g.yaml:2:15: 'cors' is no key of a task; did you mean 'cores'?"),
    ("tsks:\n  a: {run: x}\n", "g.yaml:1:1: 'tsks' is no key of a graph; did you mean 'tasks'?"),
    ("defaults: {run: x}\ntasks: {a: {run: y}}\n", "g.yaml:1:12: 'run' belongs to one task and can't be a default"),
    (
      "tasks:\n  a: {run: x, after: bb}\n  b: {run: x}\n",
      "g.yaml:2:22: after: there is no task 'bb' in this graph; did you mean 'b'?"
    ),
    (
      "tasks:\n  a: {run: x, after: b}\n  b: {run: x, after: a}\n",
      "g.yaml:2:22: a cycle: a after b after a; none of them could ever begin"
    ),
    (
      "tasks:\n  a: {run: x, after: a}\n",
      "g.yaml:2:22: a cycle: a after a; none of them could ever begin"
    ),
    ("tasks:\n  a: {run: x, run: y}\n", "g.yaml:2:7: the key 'run' stands here twice; keep one"),
    ("tasks:\n  a: {run: x}\n  a: {run: y}\n", "g.yaml:2:3: the key 'a' stands here twice; keep one"),
    ("tasks: [\n", "g.yaml:2:1: this is not YAML: did not find expected node content"),
    ("", "g.yaml: the file holds no graph; give `tasks:`"),
    (
      "just words\n",
      "g.yaml:1:1: a text where keys and values should be: a graph: give `tasks:`, and perhaps `name:` and `defaults:`"
    ),
    ("tasks: {}\n", "g.yaml:1:1: no tasks; give some, as in `tasks: {first: {run: echo hello}}`"),
    ("name: x\n", "g.yaml:1:1: no tasks; give some, as in `tasks: {first: {run: echo hello}}`"),
    ("tasks:\n  a: {run: x, cores: two}\n", "g.yaml:2:22: cores: 'two' is no whole number"),
    ("tasks:\n  a: {run: x, retries: -1}\n", "g.yaml:2:24: retries: -1 is less than 0"),
    ("tasks:\n  a: {run: x, hold: perhaps}\n", "g.yaml:2:21: hold: 'perhaps' should be true or false"),
    (
      "tasks:\n  a: {run: x, matrix: {p: []}}\n",
      "g.yaml:2:27: matrix.p: no values, so there would be no task; give at least one"
    ),
    (
      "tasks:\n  a: {run: x, matrix: {p: [1, 1]}}\n",
      "g.yaml:2:27: matrix.p: a value stands there twice, so two tasks would have the same name"
    ),
    (
      "tasks:\n  a: {run: x, arguments: [y]}\n",
      "g.yaml:2:26: arguments: given beside run; run is a line for a shell, arguments is none: keep one"
    ),
  ])
  func aMistakeIsToldWithItsPlace(yaml: String, told: String) {
    #expect(Self.mistakes(yaml) == [told])
  }

  /// What only the table of fields knows is found too, at the key that it was written under.
  @Test(arguments: [
    ("memory: 1 Q", "3:13", "memory:"), ("time_limit: 10", "3:17", "time_limit:"),
    ("estimate: soon", "3:15", "estimate:"), ("estimate: [1h]", "3:15", "estimate:"),
    ("env: {1A: x}", "3:10", "env.1A:"), ("resources: {\"\": 1}", "3:16", "resources:"),
    ("priority: 40000", "3:15", "priority:"), ("env: {A B: x}", "3:10", "env.A B:"),
    ("cores: -1", "3:12", "cores:"), ("on_lost_contact: maybe", "3:22", "on_lost_contact:"),
    ("not_before: soon", "3:17", "not_before:"), ("gpu_compute_capability: big", "3:29", "gpu_compute_capability:"),
  ])
  func aWrongValueIsToldAtItsKey(line: String, place: String, key: String) throws {
    let mistakes = Self.mistakes("tasks:\n  a:\n    \(line)\n    run: x\n")
    #expect(mistakes.count == 1, "\(mistakes)")
    let mistake = try #require(mistakes.first)
    #expect(mistake.hasPrefix("g.yaml:\(place): \(key)"), "\(mistake)")
  }

  @Test func allMistakesAreToldAtOnceAndOneInTheDefaultsOnce() {
    let mistakes = Self.mistakes(
      "defaults: {coers: 1}\ntasks:\n  a: {run: x, afer: b}\n  b: {run: x, cores: many}\n  c: {run: x}\n")
    #expect(mistakes.map { $0.prefix(11) } == ["g.yaml:1:12", "g.yaml:3:15", "g.yaml:4:22"])
  }

  @Test func aMatrixThatIsTooLargeIsRefusedBeforeItIsMade() {
    let axis = "[" + (0..<1001).map(String.init).joined(separator: ", ") + "]"
    let mistakes = Self.mistakes("tasks:\n  a: {run: x, matrix: {p: \(axis), q: \(axis)}}\n")
    #expect(mistakes.count == 1)
    #expect(mistakes.first?.hasPrefix("g.yaml:2:23: the matrix has more than 1000000 elements") == true)
  }

  @Test func theSameNameFromTwoSidesIsRefused() {
    let mistakes = Self.mistakes("tasks:\n  a: {run: x, matrix: {p: [\"1\"]}}\n  \"a[1]\": {run: y}\n")
    #expect(mistakes == ["g.yaml:3:3: the name 'a[1]' is given twice"])
  }

  @Test func aliasesAndAnchorsWork() throws {
    let graph = try Self.read("tasks:\n  a: &t {run: x, cores: 3}\n  b: *t\n")
    #expect(graph.tasks.map { $0.form.document["requested_resources"]?["cores"] } == [3, 3])
  }

  @Test(arguments: ["a/b", "12"]) func aNameThatNoJobCanHaveIsTold(name: String) {
    let mistakes = Self.mistakes("name: \(name)\ntasks: {a: {run: x}}\n")
    #expect(mistakes.count == 1 && mistakes[0].hasPrefix("g.yaml:1:7: name: '\(name)'"), "\(mistakes)")
  }
}
