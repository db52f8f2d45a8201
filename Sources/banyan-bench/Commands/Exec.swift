import ArgumentParser
import BanyanClient
import Foundation

/// Real processes by a real worker, beside other programs that run commands.
struct Exec: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run real processes: throughput, latencies, an idle worker; beside other queues.",
    discussion: """
      exec_true: seconds for so many `true`, two at a time, through submit, claim, spawn, log, report, each durable. The \
      other programs that are installed (xargs, GNU parallel, task-spooler, HyperQueue) run as many in the same turn.
      start_latency: from the answer to a submit to what the process prints (of /bin/echo). cancel_latency: from the \
      answer to a cancel to the task's handler of SIGTERM. idle_memory: worker and keeper, MiB (PSS). idle_cpu: both, \
      with 100 tasks that sleep, percent of a core.

      Example: banyan-bench exec --hyperqueue ~/venv/bin/python --json
      """)

  @Option(help: "Processes in a run of exec_true.")
  var tasks = 2_000

  @Option(help: "How often throughput is measured; the median counts.")
  var runs = 3

  @Option(help: "Tasks of the latencies.")
  var samples = 200

  @Option(help: "Seconds over which an idle worker is watched.")
  var idle = 20

  @Option(help: ArgumentHelp("A Python that has the package hyperqueue.", valueName: "path"))
  var hyperqueue: String?

  @Flag(inversion: .prefixedNo, help: "Measure the other programs too.")
  var rivals = true

  @Option(help: ArgumentHelp("The banyan command (the one beside this program).", valueName: "path"))
  var server: String?

  @OptionGroup var output: FigureOutput

  func validate() throws {
    guard (1...100_000).contains(tasks) else { throw ValidationError("--tasks \(tasks): give 1 to 100000") }
    guard (1...100).contains(runs) else { throw ValidationError("--runs \(runs): give 1 to 100") }
    guard (1...10_000).contains(samples) else { throw ValidationError("--samples \(samples): give 1 to 10000") }
    guard (1...3_600).contains(idle) else { throw ValidationError("--idle \(idle): give 1 to 3600") }
  }

  func run() async throws {
    let binary = try server ?? ServerProcess.commandBeside()
    let site = try ServerProcess(binary: binary, durability: "always")
    defer { site.stop() }
    var figures = try await throughput(site, binary)
    figures += try await latencies(site, binary)
    figures += try await idling(site, binary)
    output.print(figures)
  }

  private func throughput(_ site: ServerProcess, _ binary: String) async throws -> [Figure] {
    let worker = try WorkerProcess(binary: binary, server: site, cores: 2, maxTasks: 2)
    defer { worker.stop() }
    let session = try await ExecSession(site.credentials(.provider))
    defer { session.close() }
    // The first task waits for the worker to be there.
    _ = try await session.submit([ExecSession.task(["true"])])
    await session.wait(for: 1)
    let work = Array(repeating: ExecSession.task(["true"]), count: tasks)
    var own: [Double] = []
    var others: [String: [Double]] = [:]
    let rivals = rivals ? ComparedProgram.all(hyperqueue: hyperqueue) : []
    for _ in 0..<runs {
      let start = ContinuousClock.now
      _ = try await session.submit(work)
      await session.wait(for: tasks)
      own.append((ContinuousClock.now - start) / .seconds(1))
      for rival in rivals {
        if let seconds = try rival.seconds(tasks: tasks) { others[rival.name, default: []].append(seconds) }
      }
    }
    let measured = others.sorted { $0.key < $1.key }
    return [Figure(bench: "exec", name: "exec_true", unit: "s", runs: own)]
      + measured.map { Figure(bench: "exec", name: "exec_true_\($0.key)", unit: "s", runs: $0.value) }
  }

  private func latencies(_ site: ServerProcess, _ binary: String) async throws -> [Figure] {
    let worker = try WorkerProcess(binary: binary, server: site, cores: 2, maxTasks: 2)
    defer { worker.stop() }
    let session = try await ExecSession(site.credentials(.provider))
    defer { session.close() }
    let pipe = try NamedPipe()
    var starts: [Double] = []
    for number in 0..<(samples + 1) {
      _ = try await session.submit([ExecSession.task(["/bin/echo", "on"], stdout: pipe.path)])
      let answered = ContinuousClock.now
      let printed = try pipe.line()
      await session.wait(for: 1)
      // The first one waited for the worker to connect.
      if number > 0 { starts.append(max(0, (printed - answered) / .milliseconds(1))) }
    }
    var cancels: [Double] = []
    let script = "trap 'echo term; exit 0' TERM; echo on; while :; do sleep 1000 & wait $!; done"
    for _ in 0..<samples {
      let ids = try await session.submit([ExecSession.task(["/bin/sh", "-c", script], stdout: pipe.path)])
      _ = try pipe.line()
      guard let id = ids.first else { throw ServerProcess.StartError(description: "no id was answered") }
      try await session.cancel(id)
      let answered = ContinuousClock.now
      cancels.append(max(0, (try pipe.line() - answered) / .milliseconds(1)))
      await session.wait(for: 1)
    }
    return [
      Self.quantile(starts, 0.5, "start_latency_p50"), Self.quantile(starts, 0.99, "start_latency_p99"),
      Self.quantile(cancels, 0.5, "cancel_latency_p50"), Self.quantile(cancels, 0.99, "cancel_latency_p99"),
    ]
  }

  private func idling(_ site: ServerProcess, _ binary: String) async throws -> [Figure] {
    let worker = try WorkerProcess(binary: binary, server: site, cores: 2, maxTasks: 200)
    defer { worker.stop() }
    let session = try await ExecSession(site.credentials(.provider))
    defer { session.close() }
    _ = try await session.submit([ExecSession.task(["true"])])
    await session.wait(for: 1)
    try await Task.sleep(for: .seconds(1))
    let memory = try worker.memory()
    let pipe = try NamedPipe()
    let sleeper = ExecSession.task(["/bin/sh", "-c", "echo on; exec sleep 3600"], cores: 0, stdout: pipe.path)
    _ = try await session.submit(Array(repeating: sleeper, count: 100))
    for _ in 0..<100 { _ = try pipe.line() }
    try await Task.sleep(for: .seconds(1))
    let before = try worker.cpuSeconds()
    try await Task.sleep(for: .seconds(idle))
    let used = try worker.cpuSeconds() - before
    return [
      Figure(bench: "exec", name: "idle_memory", unit: "MiB", runs: [memory]),
      Figure(bench: "exec", name: "idle_cpu", unit: "%", runs: [used / Double(idle) * 100]),
    ]
  }

  private static func quantile(_ values: [Double], _ share: Double, _ name: String) -> Figure {
    let sorted = values.sorted()
    let place = min(sorted.count - 1, Int((Double(sorted.count) * share).rounded(.up)) - 1)
    return Figure(bench: "exec", name: name, unit: "ms", runs: [sorted.isEmpty ? .nan : sorted[max(0, place)]])
  }
}
