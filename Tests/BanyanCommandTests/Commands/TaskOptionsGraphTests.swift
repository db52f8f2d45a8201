import BanyanJSON
import TestSupport
import Testing

@testable import banyan

/// Flags beside a graph: none is left out.
@Suite struct TaskOptionsGraphTests {
  private let here = Surroundings(environment: ["PATH": "/bin"], unreadable: [], workingDirectory: "/srv")

  private static let graph = """
    defaults: {queue: day, env: {A: file, B: file}}
    tasks:
      plain: {run: x}
      said:
        run: x
        queue: mine
        priority: 1
        not_before: 2031-01-01T00:00:00Z
        estimate: 1s
        time_limit: 1s
        grace: 1s
        retries: 7
        retry_delay: 1s
        stdin: i
        stdout: o
        stderr: e
        labels: {k: own}
        cores: 9
        memory: 9 GiB
        gpus: 9
        gpu_memory: 9 GiB
        resources: {license: 9}
        env: {X: own}
        cwd: /own
        hold: false
        after: plain
      gate: {after: plain}
    """

  private func jobs(_ flags: [String], defaults: String? = nil, graph: String = graph) throws -> [JSON] {
    let folder = TestFolder()
    let file = folder.write("g.yaml", graph)
    var words = ["submit"] + flags + [file]
    if let defaults { words = try FlagDefaults(yaml: defaults, file: "c").applied(to: words) }
    let command = try #require(try Banyan.parseAsRoot(words) as? SubmitCommand)
    return try #require(try command.jobs(here).first?.families.map { JSON.object($0.document) })
  }

  /// Each flag that says something of a task, where it arrives, and what a task has that says it itself.
  private static let cases: [(flag: [String], path: [String], value: JSON, own: JSON)] = [
    (["--queue", "night"], ["queue"], "night", "mine"),
    (["--priority", "9"], ["priority"], 9, 1),
    (["--not-before", "2030-01-01T00:00:00Z"], ["not_before"], "2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"),
    (["--estimate", "2s"], ["estimated_runtime_milliseconds"], 2000, 1000),
    (["--time-limit", "00:00:02"], ["max_runtime_milliseconds"], 2000, 1000),
    (["--grace", "2s"], ["max_shutdown_time_milliseconds"], 2000, 1000),
    (["--retries", "2"], ["max_attempt_count"], 3, 8),
    (["--retry-delay", "2s"], ["retry_delay_milliseconds"], 2000, 1000),
    (["--stdin", "in"], ["stdin_path"], "/srv/in", "/srv/i"),
    (["--stdout", "out"], ["stdout_path"], "/srv/out", "/srv/o"),
    (["--stderr", "err"], ["stderr_path"], "/srv/err", "/srv/e"),
    (["--label", "k=typed"], ["labels", "k"], "typed", "own"),
    (["--cores", "2"], ["requested_resources", "cores"], 2, 9),
    (["--memory", "2M"], ["requested_resources", "memory"], .integer(2 << 20), "9 GiB"),
    (["--gpus", "2"], ["requested_resources", "gpus"], 2, 9),
    (["--gpu-memory", "2MiB"], ["requested_resources", "gpu_memory"], .integer(2 << 20), "9 GiB"),
    (["--resource", "license=2"], ["requested_resources", "custom", "license"], 2, 9),
    (["--env", "X=typed"], ["environment", "X"], "typed", "own"),
    (["--cwd", "/typed"], ["working_directory"], "/typed", "/own"),
  ]

  private static func value(_ task: JSON, _ path: [String]) -> JSON? { path.reduce(task) { $0?[$1] } }

  @Test func eachFlagHoldsForEachTaskThatDoesNotSayOtherwise() throws {
    for (flag, path, value, own) in Self.cases {
      let tasks = try jobs(flag)
      #expect(Self.value(tasks[0], path) == value, "\(flag)")
      #expect(Self.value(tasks[1], path) == own, "\(flag)")
    }
    let held = try jobs(["--hold"])
    #expect(held.map { $0["held"]?.bool ?? false } == [true, false, false])
  }

  /// A group runs nothing, so that nothing of a program's own is said of it.
  @Test func groupsGetLabelsAlone() throws {
    for (flag, path, _, _) in Self.cases where path != ["labels", "k"] {
      #expect(try Self.value(jobs(flag)[2], path) == nil, "\(flag)")
    }
    #expect(try Self.value(jobs(["--label", "k=v"])[2], ["labels", "k"]) == "v")
  }

  @Test func theWholeGraphWaitsForWhatWasTyped() throws {
    let tasks = try jobs(["--after", "12,13.1"])
    #expect(tasks.map { $0["after"] } == [["12", "13.1"], ["plain"], ["plain"]])
  }

  @Test func defaultsOfTheFileGoBetweenWhatWasTypedAndWhatIsConfigured() throws {
    #expect(try jobs(["--queue", "night"])[0]["queue"] == "night")
    #expect(try jobs([], defaults: "submit: {queue: config, priority: 4}")[0]["queue"] == "day")
    #expect(try jobs([], defaults: "submit: {queue: config, priority: 4}")[0]["priority"] == 4)
    let environment = try jobs(["--env", "A=typed"])[0]["environment"]
    #expect(environment?["A"] == "typed" && environment?["B"] == "file")
  }

  @Test func limitsHoldForEachMatrixOrAreRefused() throws {
    let matrix = "tasks: {a: {run: x, matrix: {i: 1-3}}, b: {run: x, matrix: {i: 1-3}, max_running: 1}, c: {run: x}}"
    let tasks = try jobs(["--max-running", "2", "--stop-after-failures", "5"], graph: matrix)
    #expect(tasks.map { $0["max_running"] } == [2, 1, nil])
    #expect(tasks.map { $0["stop_after_failures"] } == [5, 5, nil])
    let error = #expect(throws: UsageError.self) { try jobs(["--max-running", "2"]) }
    #expect(error?.description.hasPrefix("--max-running: ") == true)
  }

  @Test func setChangesAnAxisAndAParameter() throws {
    let graph = "params: {p: one}\ntasks:\n  a: {run: \"echo {p} {i} ${p}\", matrix: {i: [1, 2]}, env: {P: \"{p}\"}}\n"
    let plain = try jobs([], graph: graph)[0]
    #expect(plain["command"] == "echo one {i} ${p}" && plain["environment"]?["P"] == "one")
    let set = try jobs(["--set", "p=x,y", "--set", "i=4-5", "--set", "i=08,z"], graph: graph)[0]
    #expect(set["command"] == "echo x,y {i} ${p}")
    #expect(set["matrix"]?["i"] == ["4", "5", "08", "z"])
    #expect(try jobs(["--set", "i=4-6"], graph: graph)[0]["matrix"]?["i"] == ["4", "5", "6"])
    let error = #expect(throws: GraphError.self) { try jobs(["--set", "j=1"], graph: graph) }
    #expect(error?.description.contains("--set j: ") == true)
  }
}
