import Foundation
import Testing

/// One installation of Banyan in a folder of its own: the real binaries, a home, processes that end with the test.
///
/// `BANYAN_TEST_BINARIES` names the folder of the release build; without it `.build/release` of the checkout is taken.
final class Site: @unchecked Sendable {
  // Safe: a test uses its site from one task at a time; `processes` is only touched there.
  let folder: URL
  private var processes: [Program] = []

  static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func binary(_ name: String) throws -> URL {
    let folder =
      ProcessInfo.processInfo.environment["BANYAN_TEST_BINARIES"].map { URL(fileURLWithPath: $0) }
      ?? checkout.appendingPathComponent(".build/release")
    let binary = folder.appendingPathComponent(name)
    guard FileManager.default.isExecutableFile(atPath: binary.path) else {
      throw Trouble("\(binary.path) is missing: build it first with `swift build -c release --product \(name)`")
    }
    return binary
  }

  struct Trouble: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("banyan-e2e-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    for process in processes { process.kill() }
    try? FileManager.default.removeItem(at: folder)
  }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  var environment: [String: String] {
    var environment = ProcessInfo.processInfo.environment
    environment["BANYAN_HOME"] = path("home")
    environment["HOME"] = folder.path
    environment["XDG_STATE_HOME"] = path("state")
    environment["NO_COLOR"] = "1"
    for name in ["BANYAN_SERVER", "BANYAN_TOKEN"] { environment[name] = nil }
    return environment
  }

  // MARK: Commands

  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Runs `banyan` to its end.
  func banyan(_ arguments: String..., input: String? = nil, limit: Double = 120) throws -> Result {
    try run(Self.binary("banyan").path, arguments, input: input, limit: limit)
  }

  /// Runs `banyan`, which must succeed, and tells what it printed without the last line's end.
  @discardableResult
  func output(_ arguments: String..., limit: Double = 120, sourceLocation: SourceLocation = #_sourceLocation) throws
    -> String
  {
    let result = try run(Self.binary("banyan").path, arguments, limit: limit)
    #expect(
      result.status == 0, "banyan \(arguments.joined(separator: " ")): \(result.errors)", sourceLocation: sourceLocation
    )
    return result.output.hasSuffix("\n") ? String(result.output.dropLast()) : result.output
  }

  func run(
    _ program: String, _ arguments: [String], input: String? = nil, limit: Double = 120
  ) throws -> Result {
    let started = try Program(program, arguments, environment: environment, folder: folder, input: input)
    guard started.waits(for: limit) else {
      started.kill()
      throw Trouble("\(program) \(arguments) did not end within \(limit) s; it said: \(started.errors)")
    }
    return Result(status: started.status, output: started.output, errors: started.errors)
  }

  /// Starts a program that goes on until the test ends it.
  func start(_ program: String, _ arguments: [String], environment: [String: String]? = nil) throws -> Program {
    let started = try Program(
      program, arguments, environment: environment ?? self.environment, folder: folder, input: nil)
    processes.append(started)
    return started
  }

  /// A server that is ready.
  func server(_ arguments: String..., data: String = "data", port: Int = 0) throws -> RunningServer {
    let program = try start(
      Self.binary("banyan").path, ["server", "--port", "\(port)", "--data", path(data)] + arguments)
    guard let line = program.firstLine(within: 30), let url = URL(string: line), let port = url.port else {
      throw Trouble("the server said no URL: \(program.output) \(program.errors)")
    }
    return RunningServer(program: program, url: line, port: port)
  }

  struct RunningServer {
    let program: Program
    let url: String
    let port: Int
  }

  /// A worker, which may still be on its way to the server.
  func worker(_ name: String, _ arguments: String...) throws -> Program {
    try start(Self.binary("banyan").path, ["worker", "--name", name] + arguments)
  }

  /// Creates a task by REST; the answer's body.
  func post(_ task: String, _ server: RunningServer) throws -> String {
    let token = try String(contentsOfFile: path("home/provider.token"), encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return try run(
      "/usr/bin/env",
      [
        "curl", "-sS", "-u", "\(token):", "-H", "Content-Type: application/json", "--data-binary", "@-",
        server.url + "/tasks",
      ], input: task
    ).output
  }

  /// Whether a worker's socket is open.
  func isConnected(_ worker: String) throws -> Bool {
    let text = try output("workers", "-o", "json")
    let workers = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
    return workers.contains { $0["name"] as? String == worker && $0["connected"] as? Bool == true }
  }

  // MARK: Waiting

  /// Looks until something is so; what it looks at is outside of this process and tells nobody.
  func until(
    _ what: String, within seconds: Double = 60, sourceLocation: SourceLocation = #_sourceLocation,
    _ holds: () throws -> Bool
  ) throws {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      if try holds() { return }
      usleep(50_000)
    }
    Issue.record("after \(seconds) s it is still not so that \(what)", sourceLocation: sourceLocation)
    throw Trouble("gave up on: \(what)")
  }

  /// One field of a task, as text.
  func field(_ name: String, of task: String) throws -> String? {
    let text = try output("show", task, "-o", "json")
    guard let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else { return nil }
    return object[name].map { "\($0)" }
  }

  /// Tasks of the list, as objects.
  func list(_ arguments: String...) throws -> [[String: Any]] {
    let result = try run(Self.binary("banyan").path, ["tasks", "-o", "jsonl", "--limit", "10000"] + arguments)
    return try result.output.split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }
}
