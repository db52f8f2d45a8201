import BanyanClient
import Foundation

/// Each figure on a server of its own.
struct JobFigures {
  let binary: String
  let durability: String
  let folder: ScratchFolder

  func measure(_ name: String, run: Int) throws -> Double {
    let data = folder("\(name)-\(run)")
    let process = try ServerProcess(binary: binary, durability: durability, data: data)
    defer { process.kill() }
    let command = ClientCommand(binary: binary, home: process.access.path)
    switch name {
    case "array_100k": return try command.submitArray(100_000)
    case "array_1m": return try command.submitArray(1_000_000)
    case "array_request":
      let relay = try CountingRelay(to: process.address.port)
      _ = try command.submitArray(100_000, server: "http://127.0.0.1:\(relay.port)")
      return Double(relay.count)
    case "array_journal":
      let before = try JournalSize.bytes(in: data)
      _ = try command.submitArray(100_000)
      return Double(try JournalSize.bytes(in: data) - before)
    case "array_1m_memory":
      _ = try command.submitArray(1_000_000)
      return Double(try process.memory().resident) / 1e6
    case "array_cycle":
      var command = command
      command.path = "/usr/local/bin:/usr/bin:/bin"
      return try cycle(process, command)
    case "array_cycle_4k": return try cycle(process, command)
    case "job_list":
      for _ in 0..<50 { _ = try command.submitArray(20_000) }
      _ = try command.run(["list"])
      return try command.run(["list"]) * 1000
    case "job_cancel":
      _ = try command.submitArray(100_000)
      return try cancel(process)
    default:
      _ = try command.submitArray(1_000_000)
      process.kill()
      return try ready(data)
    }
  }

  /// Microseconds of the server's processor for each member that is claimed and reported.
  private func cycle(_ process: ServerProcess, _ command: ClientCommand) throws -> Double {
    _ = try command.submitArray(1_000_000)
    let worker = try WebSocketClient(process.credentials(.worker))
    try worker.send(WorkerTexts.hello("bench"))
    _ = try worker.receive("welcome")
    let claim = WorkerTexts.claim(100)
    let rounds = 500
    func round() throws {
      try worker.send(claim)
      try worker.send(WorkerTexts.report(of: worker.receive("claimed"), expecting: 100))
      _ = try worker.receive("reported")
    }
    for _ in 0..<20 { try round() }
    let before = try process.cpuSeconds()
    for _ in 0..<rounds { try round() }
    return (try process.cpuSeconds() - before) * 1e6 / Double(100 * rounds)
  }

  /// Seconds until the cancel of job 1 is answered.
  private func cancel(_ process: ServerProcess) throws -> Double {
    let credentials = try process.credentials(.provider)
    let connection = try BlockingConnection(port: credentials.address.port)
    let body = #"{"state": "cancelled"}"#
    let watch = Stopwatch()
    try connection.send(
      Array(
        """
        PATCH /jobs/1 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(credentials.token ?? "")\r
        Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)
        """.utf8))
    let status = try connection.line()
    guard status.hasPrefix("HTTP/1.1 200") else { throw Refused(text: status.text) }
    return watch.seconds
  }

  /// Seconds from the start of a server on this folder until it is ready.
  private func ready(_ data: String) throws -> Double {
    let watch = Stopwatch()
    let process = try ServerProcess(binary: binary, durability: durability, data: data)
    defer { process.kill() }
    while true {
      let connection = try BlockingConnection(port: process.address.port)
      try connection.send(Array("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8))
      if try connection.line().hasPrefix("HTTP/1.1 200") { return watch.seconds }
      guard watch.seconds < 120 else { throw Refused(text: "it is not ready after two minutes") }
    }
  }
}
