import Foundation

/// NATS JetStream with file storage: a work queue, published, pulled, and acknowledged with an answer. It writes before
/// it answers, and syncs every two minutes: what the others sync, it doesn't.
final class JetStreamCycles: CycleServer {
  let name = "jetstream"
  private let process: PeerProcess

  init?(in folder: String) throws {
    let started = try PeerProcess("nats-server") { port in
      ["-a", "127.0.0.1", "-p", "\(port)", "-js", "-sd", folder]
    }
    guard let started else { return nil }
    process = started
    let client = try JetStreamClient(port: process.port, 0)
    try client.request(
      "$JS.API.STREAM.CREATE.queue",
      #"{"name":"queue","subjects":["queue.>"],"retention":"workqueue","storage":"file"}"#)
    try client.request(
      "$JS.API.CONSUMER.DURABLE.CREATE.queue.worker",
      #"{"stream_name":"queue","config":{"durable_name":"worker","ack_policy":"explicit","max_ack_pending":100000}}"#)
  }

  func client(_ number: Int) throws -> any CycleClient { try JetStreamClient(port: process.port, number) }

  func cpuSeconds() throws -> Double { try process.cpuSeconds() }
}

private final class JetStreamClient: CycleClient {
  private let connection: BlockingConnection
  private let inbox: String
  private let publish: [UInt8]

  init(port: Int, _ number: Int) throws {
    connection = try BlockingConnection(port: port)
    inbox = "_INBOX.\(number)-\(UInt32.random(in: 0...UInt32.max))"
    publish = Self.message("queue.task", reply: inbox, CyclePayload.command)
    _ = try connection.line()
    try connection.send(Array("CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB \(inbox) 1\r\nPING\r\n".utf8))
    while try !connection.line().hasPrefix("PONG") {}
  }

  private static func message(_ subject: String, reply: String, _ body: String) -> [UInt8] {
    Array("PUB \(subject) \(reply) \(body.utf8.count)\r\n\(body)\r\n".utf8)
  }

  /// Asks the server's own interface.
  func request(_ subject: String, _ body: String) throws {
    try connection.send(Self.message(subject, reply: inbox, body))
    let answer = try receive().body
    if answer.contains("\"error\"") { throw Refused(text: answer) }
  }

  func cycle(_ count: Int) throws {
    try connection.send(Array(repeatElement(publish, count: count).joined()))
    for _ in 0..<count {
      let answer = try receive().body
      if answer.contains("\"error\"") { throw Refused(text: answer) }
    }
    try connection.send(Self.message("$JS.API.CONSUMER.MSG.NEXT.queue.worker", reply: inbox, #"{"batch":\#(count)}"#))
    var acknowledgements: [UInt8] = []
    for _ in 0..<count {
      let task = try receive()
      guard let reply = task.reply else { throw Refused(text: task.body) }
      acknowledgements += Self.message(reply, reply: inbox, "+ACK")
    }
    try connection.send(acknowledgements)
    for _ in 0..<count { _ = try receive() }
  }

  /// The next message: `MSG subject sid [reply] bytes`.
  private func receive() throws -> (reply: String?, body: String) {
    while true {
      let words = try connection.line().split(separator: UInt8(ascii: " "))
      switch words.first?.text {
      case "PING": try connection.send(Array("PONG\r\n".utf8))
      case "MSG":
        guard words.count >= 4, let length = words.last.flatMap({ Int($0.text) }) else { break }
        let reply = words.count == 5 ? words[3].text : nil
        let body = try connection.read(length).text
        _ = try connection.line()
        return (reply, body)
      default: throw Refused(text: words.map(\.text).joined(separator: " "))
      }
    }
  }
}
