import Foundation
import Glibc

/// A stream socket of one thread: what is asked leaves at once, and whoever reads waits. Clients of every server that is
/// compared stand on it, so that they cost the same.
final class BlockingConnection {
  private let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 256 << 10)
  /// The bytes that have come and that nobody has read.
  private var unread = 0..<0

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Connects to a port of this machine. A server that was just started may not listen yet: it is given five seconds.
  init(port: Int) throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var one: Int32 = 1
    for attempt in 0... {
      let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      let status = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      if status == 0 {
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        descriptor = socket
        return
      }
      let reason = String(cString: strerror(errno))
      close(socket)
      guard attempt < 500 else { throw Failure(description: "nothing listens on port \(port): \(reason)") }
      usleep(10_000)
    }
    throw Failure(description: "nothing listens on port \(port)")
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent) }
      guard count > 0 else { throw Failure(description: "the other side hung up: \(String(cString: strerror(errno)))") }
      sent += count
    }
  }

  /// The next bytes, so many.
  func read(_ count: Int) throws -> ArraySlice<UInt8> {
    while unread.count < count { try fill(atLeast: count) }
    return take(count)
  }

  /// The next line, without its CR and LF.
  func line() throws -> ArraySlice<UInt8> {
    var searched = 0
    while true {
      if let end = buffer[unread].dropFirst(searched).firstIndex(of: UInt8(ascii: "\n")) {
        return take(end + 1 - unread.lowerBound).dropLast(2)
      }
      searched = unread.count
      try fill(atLeast: searched + 1)
    }
  }

  /// A copy: as long as somebody held a part of the buffer, whatever came next would copy all of it.
  private func take(_ count: Int) -> ArraySlice<UInt8> {
    let taken = Array(buffer[unread.prefix(count)])
    unread = unread.dropFirst(count)
    return taken[...]
  }

  /// Whether bytes are there that nobody has read.
  func hasBytes() -> Bool {
    if !unread.isEmpty { return true }
    var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&poller, 1, 0) > 0
  }

  /// Reads what is there, and has room for so much in all.
  private func fill(atLeast needed: Int) throws {
    if unread.isEmpty {
      unread = 0..<0
    } else if unread.lowerBound + needed > buffer.count || unread.upperBound == buffer.count {
      // Room is made in front, or behind.
      buffer.replaceSubrange(0..<unread.count, with: Array(buffer[unread]))
      unread = 0..<unread.count
    }
    if needed > buffer.count || unread.upperBound == buffer.count {
      buffer.append(contentsOf: repeatElement(0, count: max(needed, buffer.count)))
    }
    let known = unread.upperBound
    let count = buffer.withUnsafeMutableBytes {
      recv(descriptor, $0.baseAddress.map { $0 + known }, $0.count - known, 0)
    }
    guard count > 0 else { throw Failure(description: "the other side hung up") }
    unread = unread.lowerBound..<known + count
  }
}

extension ArraySlice<UInt8> {
  /// The bytes as text, read as UTF-8.
  var text: String { String(decoding: self, as: UTF8.self) }

  func hasPrefix(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { starts(with: $0) }
  }
}
