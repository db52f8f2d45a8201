import BanyanCore
import BanyanWire
import Glibc
import Logging
import TestSupport
import Testing

@testable import BanyanWorker

/// A whole worker: real processes under a real keeper, and a server that the test plays.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct WorkerTests {
  private let folder = TestFolder()

  private func worker(_ server: TestServer, change: (inout WorkerConfiguration) -> Void = { _ in }) -> Worker {
    var configuration = WorkerConfiguration(
      name: "w", version: "1", offer: ResourceOffer(memoryBytes: 1 << 34, cores: 8), stateFolder: folder("state"))
    configuration.keeperCommand = TestKeeper.command
    change(&configuration)
    return Worker(configuration, transport: server, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func shell(_ command: String, key: AttemptKey = Sample.key()) -> AssignedTask {
    Sample.assigned(.shell(command), key: key)
  }

  @Test func theMainJob() async throws {
    let server = TestServer()
    let worker = worker(server)
    async let outcome = worker.run()
    try await server.welcome()
    let task = shell("echo out; echo err >&2; exit 3")
    try await server.assign([task])
    let started = try await server.started()
    #expect(started.tasks.map(\.attempt) == [task.name])
    #expect(started.tasks.map(\.workingDirectory) == [folder("state/work/\(task.id)/1")])
    let report = try await server.report()
    #expect(report.results.map(\.exitStatus) == ["failure (exit 3)"])
    #expect(report.results.map(\.state) == [.terminated])
    #expect(report.results.first?.usage?.cpuSeconds != nil)
    await server.accept(report)
    await server.say(
      .requestLog(
        RequestLogPush(
          id: .text("q"), task: task.id, claimNumber: 1, stream: .stderr, offset: 0, limit: 100)))
    let log = try await server.next { if case .log(let log) = $0 { log } else { nil } }
    #expect(log == LogMessage(id: .text("q"), data: Array("err\n".utf8), offset: 0, size: 4, end: true))
    worker.drain()
    _ = try await server.next { $0 == .goodbye ? true : nil }
    #expect(try await outcome == .drained)
  }

  @Test(arguments: [0, 1] as [Int64])
  func itLeavesThoughItsTimeIsOverBeforeThereIsAConnection(_ milliseconds: Int64) async throws {
    let limited = worker(TestServer()) { $0.timeLimitMilliseconds = milliseconds }
    #expect(try await limited.run() == .drained)
    let idle = worker(TestServer()) { $0.idleTimeoutMilliseconds = milliseconds }
    #expect(try await idle.run() == .drained)
  }

  @Test func manyAtOnce() async throws {
    let server = TestServer()
    let worker = worker(server)
    async let outcome = worker.run()
    try await server.welcome()
    var left: [TaskID: Int] = [:]
    let tasks = (0..<240).map { shell("exit \($0 % 2)") }
    for (index, task) in tasks.enumerated() { left[task.id] = index % 2 }
    try await server.assign(tasks)
    while !left.isEmpty {
      let report = try await server.next { message -> ReportMessage? in
        switch message {
        case .started: ReportMessage(results: [])
        case .report(let report): report
        default: nil
        }
      }
      for result in report.results {
        let status = left.removeValue(forKey: result.attempt.task)
        #expect(result.exitStatus == (status == 0 ? "success" : "failure (exit 1)"))
      }
      if report.id != nil { await server.accept(report) }
    }
    worker.drain()
    #expect(try await outcome == .drained)
  }

  @Test func cancelledWithItsGrace() async throws {
    let server = TestServer()
    let worker = worker(server)
    async let outcome = worker.run()
    try await server.welcome()
    let pipe = TestPipe(folder, "ready")
    let task = shell("trap '' TERM; echo go > \(pipe.path); while :; do sleep 0.05; done")
    try await server.assign([task])
    _ = try await server.started()
    _ = await pipe.line()
    await server.say(
      .cancel(CancelPush(tasks: [.init(attempt: task.name, maxShutdownTimeMilliseconds: 100)])))
    let report = try await server.report()
    #expect(report.results.map(\.exitStatus) == ["cancelled (SIGKILL)"])
    await server.accept(report)
    worker.drain()
    #expect(try await outcome == .drained)
  }

  @Test func aCutIsSurvivedAndResultsWait() async throws {
    let server = TestServer()
    let worker = worker(server)
    async let outcome = worker.run()
    try await server.welcome()
    let go = TestPipe(folder, "go")
    let task = shell("read line < \(go.path); exit 7")
    try await server.assign([task])
    _ = try await server.started()
    await server.disconnect()
    let hello = try await server.welcome(attached: [task.id])
    #expect(hello.running == [task.name])
    _ = try await server.started()
    let writer = open(go.path, O_WRONLY)
    write(writer, "go\n", 3)
    close(writer)
    let first = try await server.report()
    // The answer never comes; the next connection brings the same report.
    await server.disconnect()
    try await server.welcome(attached: [task.id])
    _ = try await server.started()
    let second = try await server.report()
    #expect(first.results == second.results)
    await server.accept(second)
    worker.drain()
    #expect(try await outcome == .drained)
  }

  @Test func tasksOutliveTheWorkerAndTheNextOneTakesThemOver() async throws {
    let server = TestServer()
    let go = TestPipe(folder, "go")
    let task = shell("read line < \(go.path); exit 6")
    let first = worker(server)
    let running = Task { try await first.run() }
    let instance = try await server.welcome().instance
    try await server.assign([task])
    _ = try await server.started()
    running.cancel()
    await #expect(throws: CancellationError.self) { try await running.value }

    let again = TestServer()
    let second = worker(again)
    async let outcome = second.run()
    let hello = try await again.welcome(attached: [task.id])
    #expect(hello.running == [task.name] && hello.instance == instance)
    try await end(go, at: again)
    second.drain()
    #expect(try await outcome == .drained)
  }

  /// Lets a task go on that waits at a pipe and fails then, and takes its report.
  private func end(_ go: TestPipe, at server: TestServer) async throws {
    _ = try await server.started()
    let writer = open(go.path, O_WRONLY)
    write(writer, "go\n", 3)
    close(writer)
    let report = try await server.report()
    #expect(report.results.map(\.exitStatus) == ["failure (exit 6)"])
    await server.accept(report)
  }

  /// A task that runs until somebody ends it, and its process.
  private func sleeper(on server: TestServer) async throws -> (task: AssignedTask, pid: Int32) {
    let pipe = TestPipe(folder, "pid")
    let task = shell("echo $$ > \(pipe.path); exec sleep 1000")
    try await server.assign([task])
    _ = try await server.started()
    return (task, await pipe.number())
  }

  @Test func aKilledKeeperIsReplacedAndItsTasksAreLost() async throws {
    let server = TestServer()
    let worker = worker(server)
    async let outcome = worker.run()
    try await server.welcome()
    let (_, pid) = try await sleeper(on: server)
    let keeper = try #require(ProcessStat(pid: pid)?.parent)
    kill(keeper, SIGKILL)
    let report = try await server.report()
    #expect(report.results.map(\.exitStatus) == ["abandoned (worker restarted)"])
    #expect(report.results.map(\.state) == [.available])
    #expect(await untilGone(pid))
    await server.accept(report)
    // The new one works.
    let next = shell("exit 0")
    try await server.assign([next])
    _ = try await server.started()
    let second = try await server.report()
    #expect(second.results.map(\.exitStatus) == ["success"])
    await server.accept(second)
    worker.drain()
    #expect(try await outcome == .drained)
  }

  @Test func aRefusedAttemptIsStopped() async throws {
    let server = TestServer()
    let worker = worker(server)
    async let outcome = worker.run()
    try await server.welcome()
    let (task, pid) = try await sleeper(on: server)
    await server.disconnect()
    try await server.welcome(refused: [task.id])
    #expect(await untilGone(pid))
    worker.drain()
    #expect(try await outcome == .drained)
  }

  @Test func aServerThatStaysAwayEndsTheTasks() async throws {
    let server = TestServer()
    let worker = worker(server)
    async let outcome = worker.run()
    try await server.welcome(lease: 3_000)
    let pipe = TestPipe(folder, "pid")
    let task = shell("echo $$ > \(pipe.path); exec sleep 1000")
    try await server.assign([task])
    let pid = await pipe.number()
    #expect(await untilGone(pid))
    _ = try await server.started()
    let report = try await server.report()
    #expect(report.results.map(\.exitStatus) == ["abandoned (worker unreachable)"])
    await server.accept(report)
    worker.drain()
    #expect(try await outcome == .drained)
  }

  @Test func twoWorkersInOneFolderAreTold() async throws {
    let server = TestServer()
    let first = worker(server)
    async let outcome = first.run()
    try await server.welcome()
    await #expect(throws: WorkerError.self) { try await worker(TestServer()).run() }
    first.drain()
    #expect(try await outcome == .drained)
  }

  @Test func aFolderOfAnotherServerIsNotTaken() async throws {
    let server = TestServer()
    let first = worker(server) { $0.stateOwner = StateOwner(name: "w", server: "one:1") }
    async let outcome = first.run()
    try await server.welcome()
    first.drain()
    #expect(try await outcome == .drained)
    let other = worker(TestServer()) { $0.stateOwner = StateOwner(name: "w", server: "two:2") }
    let error = await #expect(throws: WorkerError.self) { try await other.run() }
    #expect(error?.description.contains("is for one:1, not for two:2") == true)
  }

  @Test func anotherServerStopsNothingOfTheFirst() async throws {
    let server = TestServer()
    let go = TestPipe(folder, "go")
    let task = shell("read line < \(go.path); exit 6")
    let first = worker(server)
    async let left = first.run()
    try await server.welcome(from: "one")
    try await server.assign([task])
    _ = try await server.started()
    first.letGo()
    #expect(try await left == .letGo(1))

    let other = TestServer()
    async let refused = worker(other).run()
    try await other.welcome(from: "two", refused: [task.id])
    guard case .anotherServer = try await refused else { return fail("it stayed with another server") }

    let again = TestServer()
    let last = worker(again)
    async let outcome = last.run()
    let hello = try await again.welcome(from: "one", attached: [task.id])
    #expect(hello.running == [task.name])
    try await end(go, at: again)
    last.drain()
    #expect(try await outcome == .drained)
  }

  @Test func usageIsMeasured() async throws {
    let server = TestServer()
    let worker = worker(server)
    async let outcome = worker.run()
    try await server.welcome()
    let pipe = TestPipe(folder, "ready")
    let task = shell("echo go > \(pipe.path); sleep 1000 & wait")
    try await server.assign([task])
    _ = try await server.started()
    _ = await pipe.line()
    await server.say(.requestUsage)
    // The first figures may be older than the request.
    let usage = try await server.next { message -> UsageMessage? in
      if case .usage(let usage) = message, !usage.tasks.isEmpty { usage } else { nil }
    }
    #expect(usage.tasks.map(\.attempt) == [task.name])
    #expect((usage.tasks.first?.usage.residentMemoryBytes ?? 0) > 0)
    #expect((usage.worker?.residentMemoryBytes ?? 0) > 0)
    worker.drain()
    worker.drain()
    let report = try await server.next { message -> ReportMessage? in
      if case .report(let report) = message { report } else { nil }
    }
    #expect(report.results.map(\.exitStatus) == ["released"])
    await server.accept(report)
    #expect(try await outcome == .drained)
  }
}
