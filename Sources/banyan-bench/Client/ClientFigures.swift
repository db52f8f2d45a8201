import Foundation

/// What whole processes of the command take, each beside a server that is there already.
final class ClientFigures {
  private let binary: String
  private let durability: String
  private let folder: ScratchFolder
  private var crowded: ServerProcess?

  init(binary: String, durability: String, folder: ScratchFolder) {
    self.binary = binary
    self.durability = durability
    self.folder = folder
  }

  deinit { crowded?.kill() }

  /// One figure in its unit. What takes milliseconds is done often, and the middle one counts.
  func measure(_ name: String, run: Int) throws -> Double {
    switch name {
    case "cli_help": return try often { try $0.run(["--help"]) }
    case "cli_list": return try often(on: million()) { try $0.run(["list"]) }
    case "cli_tasks": return try often(on: million()) { try $0.run(["tasks"]) }
    default: break
    }
    let server = try ServerProcess(binary: binary, durability: durability, data: folder("\(name)-\(run)"))
    defer { server.kill() }
    let command = command(server)
    switch name {
    case "cli_submit": return try often(on: server) { try $0.run(["submit", "--", "true"]) }
    case "cli_list_all":
      _ = try command.submitArray(100_000)
      return try command.run(["tasks", "1", "--limit", "0", "-o", "jsonl"])
    case "cli_matrix": return try command.run(["submit", matrix(of: 400, by: 250)])
    case "cli_graph": return try command.run(["submit", graph(of: 100_000)])
    case "cli_cancel":
      _ = try command.submitArray(100_000)
      return try command.run(["cancel", "1", "--yes"])
    default: return try logs(server, command)
    }
  }

  /// The logs of a job of three hundred tasks that printed a kilobyte each, and have ended.
  private func logs(_ server: ServerProcess, _ command: ClientCommand) throws -> Double {
    let worker = try WorkerProcess(binary: binary, server: server, cores: 2, maxTasks: 4)
    defer { worker.stop() }
    let line = "yes 0123456789abcdef0123456789abcde | head -32"
    _ = try command.run(["submit", "--array", "1-300", "--wait", "--", "sh", "-c", line])
    return try command.run(["logs", "1"])
  }

  // MARK: Parts

  private func command(_ server: ServerProcess) -> ClientCommand {
    var command = ClientCommand(binary: binary, home: server.access.path)
    command.path = "/usr/local/bin:/usr/bin:/bin"
    return command
  }

  /// Milliseconds, the middle one of many.
  private func often(on server: ServerProcess? = nil, _ once: (ClientCommand) throws -> Double) throws -> Double {
    let command =
      server.map(command) ?? ClientCommand(binary: binary, home: folder("nobody"), path: "/usr/local/bin:/usr/bin:/bin")
    let times = try (0..<31).map { _ in try once(command) }
    return times.sorted()[times.count / 2] * 1000
  }

  /// A server with a million tasks in two hundred jobs.
  private func million() throws -> ServerProcess {
    if let crowded { return crowded }
    let server = try ServerProcess(binary: binary, durability: durability, data: folder("million"))
    let command = command(server)
    for _ in 0..<200 { _ = try command.submitArray(5000) }
    crowded = server
    return server
  }

  /// A graph of one family over two axes.
  private func matrix(of rows: Int, by columns: Int) throws -> String {
    func axis(_ count: Int) -> String { "[\((1...count).map(String.init).joined(separator: ", "))]" }
    return try file(
      "matrix.yaml",
      "name: matrix\ntasks:\n  fit: {run: 'echo {a} {b}', matrix: {a: \(axis(rows)), b: \(axis(columns))}}\n")
  }

  /// A graph whose tasks are all written out, each waiting for one of the layer before.
  private func graph(of count: Int) throws -> String {
    var text = "name: written\ntasks:\n"
    for number in 0..<count {
      text += "  t\(number): {run: echo \(number)"
      if number >= 1000 { text += ", after: t\(number - 1000)" }
      text += "}\n"
    }
    return try file("graph.yaml", text)
  }

  private func file(_ name: String, _ text: String) throws -> String {
    let path = folder(name)
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    return path
  }
}
