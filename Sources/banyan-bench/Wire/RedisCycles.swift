/// Redis lists, synced before each answer: a task is pushed, moved to a list of those in work, and taken out of it.
final class RedisCycles: CycleServer {
  let name = "redis"
  private let process: PeerProcess

  init?(in folder: String) throws {
    let started = try PeerProcess("redis-server") { port in
      [
        "--bind", "127.0.0.1", "--port", "\(port)", "--appendonly", "yes", "--appendfsync", "always", "--save", "",
        "--dir", folder,
      ]
    }
    guard let started else { return nil }
    process = started
  }

  func client(_ number: Int) throws -> any CycleClient { try RedisClient(port: process.port, number) }

  func cpuSeconds() throws -> Double { try process.cpuSeconds() }
}

private final class RedisClient: CycleClient {
  private let connection: BlockingConnection
  /// Each client's own: what is in work has to be found again.
  private let working: String
  private var next = 0

  init(port: Int, _ number: Int) throws {
    connection = try BlockingConnection(port: port)
    working = "working-\(number)"
  }

  func cycle(_ count: Int) throws {
    var tasks: [String] = []
    for _ in 0..<count {
      tasks.append("\(working):\(next) \(CyclePayload.command)")
      next += 1
    }
    try ask([["LPUSH", "queue"] + tasks])
    _ = try answer()
    try ask(Array(repeating: ["LMOVE", "queue", working, "RIGHT", "LEFT"], count: count))
    let claimed = try (0..<count).map { _ in try answer() }
    try ask(claimed.map { ["LREM", working, "-1", $0] })
    for _ in 0..<count where try answer() != "1" { throw Refused(text: "Redis lost a task") }
  }

  private func ask(_ commands: [[String]]) throws {
    var text: [UInt8] = []
    for command in commands {
      text += "*\(command.count)\r\n".utf8
      for word in command { text += "$\(word.utf8.count)\r\n\(word)\r\n".utf8 }
    }
    try connection.send(text)
  }

  private func answer() throws -> String {
    let line = try connection.line()
    switch line.first {
    case UInt8(ascii: ":"), UInt8(ascii: "+"): return line.dropFirst().text
    case UInt8(ascii: "$"):
      guard let length = Int(line.dropFirst().text), length >= 0 else { throw Refused(text: "Redis has no task") }
      let value = try connection.read(length).text
      _ = try connection.line()
      return value
    default: throw Refused(text: line.text)
    }
  }
}
