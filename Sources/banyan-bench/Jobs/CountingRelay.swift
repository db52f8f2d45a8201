import Foundation
import Glibc
import Synchronization

/// Stands between a client and a server, and counts what the client says.
final class CountingRelay: Sendable {
  /// The port that clients connect to.
  let port: Int
  private let listener: Int32
  private let said = Mutex(0)

  /// Bytes that clients have said so far.
  var count: Int { said.withLock { $0 } }

  /// - Parameter target: the server's port on this machine.
  init(to target: Int) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (listener, size) = (self.listener, length)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> Int32 in
        guard bind(listener, generic, size) == 0, listen(listener, 16) == 0 else { return -1 }
        return getsockname(listener, generic, &length)
      }
    }
    guard status == 0 else { throw Refused(text: "no relay: \(String(cString: strerror(errno)))") }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        Thread.detachNewThread { [self] in serve(client, target) }
      }
    }
  }

  deinit { close(listener) }

  private func serve(_ client: Int32, _ target: Int) {
    guard let server = Self.connection(to: target) else {
      close(client)
      return
    }
    let back = Thread { Self.copy(from: server, to: client) { _ in } }
    back.start()
    Self.copy(from: client, to: server) { [self] count in said.withLock { $0 += count } }
    shutdown(server, Int32(SHUT_WR))
  }

  private static func connection(to port: Int) -> Int32? {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    if status == 0 { return server }
    close(server)
    return nil
  }

  private static func copy(from source: Int32, to target: Int32, _ count: (Int) -> Void) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let length = read(source, &buffer, buffer.count)
      guard length > 0 else { break }
      count(length)
      var sent = 0
      while sent < length {
        let part = buffer.withUnsafeBytes { write(target, $0.baseAddress.map { $0 + sent }, length - sent) }
        guard part > 0 else { return }
        sent += part
      }
    }
    shutdown(target, Int32(SHUT_WR))
  }
}
