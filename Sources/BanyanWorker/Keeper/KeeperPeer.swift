import BanyanJSON
import Glibc

/// The connection to the worker, seen from its keeper: orders in, events out, never waiting.
final class KeeperPeer {
  /// A line may hold a task of the largest size that the server takes, each byte escaped.
  static let longestLine = 16 << 20
  /// Events that a worker doesn't read: above this it is given up, and asks again when it comes back.
  static let mostUnread = 64 << 20

  let descriptor: Descriptor
  /// By which the poller names it.
  let token: Poller.Token
  private var incoming: [UInt8] = []
  private var outgoing: [UInt8] = []

  init(descriptor: Descriptor, token: Poller.Token) {
    self.descriptor = descriptor
    self.token = token
    let flags = fcntl(descriptor.number, F_GETFL)
    if flags >= 0 { _ = fcntl(descriptor.number, F_SETFL, flags | O_NONBLOCK) }
  }

  /// Whether events wait for room in the socket.
  var hasUnsent: Bool { !outgoing.isEmpty }

  /// Reads what has come. False: the worker is gone.
  func receive() -> Bool {
    while true {
      let room = 1 << 16
      var result = 0
      let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        result = read(descriptor.number, buffer.baseAddress, room)
        count = max(result, 0)
      }
      if result < 0 {
        if errno == EINTR { continue }
        return errno == EAGAIN
      }
      if result == 0 { return false }
      incoming.append(contentsOf: chunk)
      if incoming.count > Self.longestLine, !chunk.contains(UInt8(ascii: "\n")) { return false }
      if result < room { return true }
    }
  }

  /// The orders that have come whole.
  func takeOrders() -> [Result<KeeperOrder, KeeperError>] {
    guard let last = incoming.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    let lines = incoming[..<last].split(separator: UInt8(ascii: "\n"))
    let orders = lines.map { line in
      Result { () throws(KeeperError) in try Self.order(line) }
    }
    incoming.removeFirst(last + 1)
    return orders
  }

  private static func order(_ line: ArraySlice<UInt8>) throws(KeeperError) -> KeeperOrder {
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: Array(line))
    } catch {
      throw KeeperError("an order that is no JSON: \(error)")
    }
    return try KeeperOrder(document.root)
  }

  /// Adds an event to what goes out.
  func tell(_ event: KeeperEvent) {
    event.encode(into: &outgoing)
  }

  /// Sends as much as the socket takes. False: the worker is gone, or doesn't read.
  func flush() -> Bool {
    var sent = 0
    defer { outgoing.removeFirst(sent) }
    while sent < outgoing.count {
      let count = outgoing[sent...].withUnsafeBytes { rest in
        send(descriptor.number, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0 {
        if errno == EINTR { continue }
        return errno == EAGAIN && outgoing.count - sent < Self.mostUnread
      }
      sent += count
    }
    return true
  }
}
