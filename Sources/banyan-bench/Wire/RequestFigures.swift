import BanyanClient
import Foundation

/// REST: one task by its id from many connections, and a filter over all of a million.
struct RequestFigures {
  let settings: WireSettings
  let folder: ScratchFolder

  /// Requests a second over 16 connections that are kept, each with one request under way.
  func getTask() throws -> Figure {
    var rates: [Double] = []
    for run in 0..<settings.runs {
      let process = try ServerProcess(
        binary: settings.server, durability: settings.durability, data: folder("get-\(run)"))
      defer { process.kill() }
      let credentials = try process.credentials(.provider)
      let provider = try WebSocketClient(credentials)
      try provider.send(WorkerTexts.submit(1))
      let answer = try provider.receive("submitted").text
      let words: [Substring] = answer.split(separator: "\"")
      guard let id = words.first(where: { $0.utf8.count == 24 }) else { throw Refused(text: answer) }
      let request = Self.get("/tasks/\(String(id))", credentials)
      let connections = try (0..<16).map { _ in try BlockingConnection(port: credentials.address.port) }
      for connection in connections { try connection.send(request) }
      let watch = Stopwatch()
      var count = 0
      while watch.seconds < settings.seconds {
        for connection in connections {
          _ = try Self.answer(connection)
          try connection.send(request)
          count += 1
        }
      }
      rates.append(Double(count) / watch.seconds)
    }
    return Figure(bench: "wire", name: "get_task", unit: "1/s", runs: rates)
  }

  /// Seconds of a filter that no index helps, over a million tasks, and what claims wait meanwhile.
  func filter() throws -> [Figure] {
    let data = folder("where")
    try StoreFigures.fill(data, tasks: settings.tasks, changes: 0)
    let process = try ServerProcess(binary: settings.server, durability: settings.durability, data: data)
    defer { process.kill() }
    let credentials = try process.credentials(.provider)
    let request = Self.get("/tasks?where=%7B%22command%22:%20%22none%20such%22%7D", credentials)
    let worker = try process.credentials(.worker)
    var (times, waits): ([Double], [Double]) = ([], [])
    for run in 0..<settings.runs {
      let flow = ClaimFlow(credentials: worker, name: "where-\(run)")
      let connection = try BlockingConnection(port: credentials.address.port)
      try flow.start()
      Thread.sleep(forTimeInterval: 0.2)
      flow.forget()
      let watch = Stopwatch()
      try connection.send(request)
      let body = try Self.answer(connection).text
      times.append(watch.seconds)
      waits.append(CommandFlow.p99(try flow.end()))
      guard body.contains("\"total\":0") else { throw Refused(text: body) }
    }
    return [
      Figure(bench: "wire", name: "where_1m", unit: "s", runs: times),
      Figure(bench: "wire", name: "where_1m_claim_p99", unit: "ms", runs: waits),
    ]
  }

  private static func get(_ path: String, _ credentials: Credentials) -> [UInt8] {
    Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(credentials.token ?? "")\r\n\r\n".utf8)
  }

  /// The body of the next answer, which has to be a 200. Its head is looked at as bytes: the client shares the processors
  /// with the server that is measured.
  private static func answer(_ connection: BlockingConnection) throws -> ArraySlice<UInt8> {
    let status = try connection.line()
    guard status.hasPrefix("HTTP/1.1 200") else { throw Refused(text: status.text) }
    var length = 0
    while true {
      let line = try connection.line()
      if line.isEmpty { break }
      guard line.count > 15, line.first.map({ $0 | 0x20 }) == UInt8(ascii: "c"),
        line.prefix(15).elementsEqual("content-length:".utf8, by: { $0 | 0x20 == $1 | 0x20 })
      else { continue }
      length = line.dropFirst(15).reduce(0) { $1 == UInt8(ascii: " ") ? $0 : $0 * 10 + Int($1 & 0xF) }
    }
    return try connection.read(length)
  }
}
