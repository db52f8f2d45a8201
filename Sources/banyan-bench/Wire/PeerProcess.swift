import Foundation
import Glibc

/// Another queue's server, for the same work on the same disk. It ends with the value.
final class PeerProcess {
  let port: Int
  private let process = Process()

  /// Starts a program of this machine; nil where it isn't installed.
  /// - Parameter arguments: made of the port that it has to listen on.
  init?(_ program: String, _ arguments: (Int) -> [String]) throws {
    let search = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin") + ":/usr/sbin"
    let places = search.split(separator: ":").map { "\($0)/\(program)" }
    guard let path = places.first(where: FileManager.default.isExecutableFile) else { return nil }
    port = try Self.freePort()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments(port)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  deinit {
    // It inherits the signals that the threads of Swift block, so that it would not hear a polite one.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  func cpuSeconds() throws -> Double { try ProcessFile.cpuSeconds(of: process.processIdentifier) }

  /// A port that nobody listens on now.
  private static func freePort() throws -> Int {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, size) | getsockname(socket, $0, &size)
      }
    }
    guard status == 0 else { throw BlockingConnection.Failure(description: "this machine has no free port") }
    return Int(in_port_t(bigEndian: address.sin_port))
  }
}
