import Foundation
import Glibc

/// Redis with `appendfsync always`, for the same work on the same disk; only where it is installed.
final class RedisServer {
  private let process = Process()
  private let socket: Int32

  /// Why it did not do what it was asked.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Starts one in a folder; nil where the machine has none.
  init?(in folder: String) throws {
    let places = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
    guard let program = places.map({ "\($0)/redis-server" }).first(where: FileManager.default.isExecutableFile) else {
      return nil
    }
    let path = folder + "/redis.sock"
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [
      "--port", "0", "--unixsocket", path, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--dir",
      folder,
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    // It makes its socket when it listens; nothing tells when that is.
    for _ in 0..<500 where !Self.connect(socket, to: path) { usleep(10_000) }
    guard try request("*1\r\n$4\r\nPING\r\n", answers: 1) == "+PONG\r\n" else {
      throw Failure(description: "redis-server does not answer")
    }
  }

  deinit {
    close(socket)
    // Not by SIGTERM, which whoever is started on one of Swift's threads may have blocked.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  private static func connect(_ socket: Int32, to path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix(107)) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }

  /// Records a second, so many written at once, each of so many bytes, for so long.
  func rate(batch: Int, bytes: Int, seconds: Double) throws -> Double {
    let value = String(repeating: "x", count: bytes)
    let commands = (0..<batch).map { number in
      let key = "k\(number)"
      return "*3\r\n$3\r\nSET\r\n$\(key.utf8.count)\r\n\(key)\r\n$\(bytes)\r\n\(value)\r\n"
    }
    let text = commands.joined()
    let watch = Stopwatch()
    var done = 0
    while watch.seconds < seconds {
      guard try request(text, answers: batch).hasPrefix("+OK") else {
        throw Failure(description: "redis-server refused a record")
      }
      done += batch
    }
    return Double(done) / watch.seconds
  }

  /// Sends, and reads so many lines.
  private func request(_ text: String, answers: Int) throws -> String {
    var waiting = Array(text.utf8)[...]
    var answer: [UInt8] = []
    var lines = 0
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while lines < answers {
      var poller = pollfd(fd: socket, events: Int16(POLLIN) | (waiting.isEmpty ? 0 : Int16(POLLOUT)), revents: 0)
      guard poll(&poller, 1, 10_000) > 0 else { throw Failure(description: "redis-server is silent") }
      if poller.revents & Int16(POLLIN) != 0 {
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { throw Failure(description: "redis-server hung up") }
        lines += buffer[..<count].count { $0 == UInt8(ascii: "\n") }
        answer += buffer[..<count]
      } else if !waiting.isEmpty {
        let count = waiting.withUnsafeBytes { send(socket, $0.baseAddress, min($0.count, 64 << 10), 0) }
        guard count > 0 else { throw Failure(description: "redis-server hung up") }
        waiting = waiting.dropFirst(count)
      }
    }
    return String(decoding: answer, as: UTF8.self)
  }
}
