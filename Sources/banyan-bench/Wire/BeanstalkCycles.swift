/// beanstalkd with a log that it syncs before each answer: put, reserve, delete.
final class BeanstalkCycles: CycleServer {
  let name = "beanstalkd"
  private let process: PeerProcess

  init?(in folder: String) throws {
    let started = try PeerProcess("beanstalkd") { port in
      ["-l", "127.0.0.1", "-p", "\(port)", "-b", folder, "-f", "0"]
    }
    guard let started else { return nil }
    process = started
  }

  func client(_ number: Int) throws -> any CycleClient { try BeanstalkClient(port: process.port) }

  func cpuSeconds() throws -> Double { try process.cpuSeconds() }
}

private final class BeanstalkClient: CycleClient {
  private let connection: BlockingConnection
  private let put = Array("put 0 0 300 \(CyclePayload.command.utf8.count)\r\n\(CyclePayload.command)\r\n".utf8)

  init(port: Int) throws { connection = try BlockingConnection(port: port) }

  func cycle(_ count: Int) throws {
    try connection.send(Array(repeatElement(put, count: count).joined()))
    for _ in 0..<count { _ = try answer("INSERTED") }
    try connection.send(Array(repeatElement(Array("reserve\r\n".utf8), count: count).joined()))
    var deletes: [UInt8] = []
    for _ in 0..<count {
      let words = try answer("RESERVED").split(separator: " ")
      guard words.count == 3, let length = Int(words[2]) else { throw Refused(text: words.joined(separator: " ")) }
      _ = try connection.read(length + 2)
      deletes += "delete \(words[1])\r\n".utf8
    }
    try connection.send(deletes)
    for _ in 0..<count { _ = try answer("DELETED") }
  }

  private func answer(_ word: StaticString) throws -> String {
    let line = try connection.line()
    guard line.hasPrefix(word) else { throw Refused(text: line.text) }
    return line.text
  }
}
