import BanyanJSON
import Glibc

/// The connection to the worker, seen from its keeper: orders in, events out, never waiting.
final class KeeperPeer {
  /// A line may hold a task of the largest size that the server takes, each byte escaped.
  static let maxLineBytes = 16 << 20
  /// Bytes that are read in one turn: attempts end and print meanwhile.
  private static let maxTurnBytes = 1 << 20
  /// Events that a worker doesn't read: above this it is given up, and asks again when it comes back.
  static let maxUnread = 64 << 20

  let descriptor: Descriptor
  /// By which the poller names it.
  let token: Poller.Token
  private var incoming: [UInt8] = []
  /// Of what has come, the bytes of the line that is not whole yet.
  private var unfinished = 0
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
    let room = 1 << 16
    for _ in 0..<(Self.maxTurnBytes / room) {
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
      if let last = chunk.lastIndex(of: UInt8(ascii: "\n")) {
        unfinished = chunk.count - last - 1
      } else {
        unfinished += chunk.count
      }
      if unfinished > Self.maxLineBytes { return false }
      if result < room { return true }
    }
    // The poller says again that there is more.
    return true
  }

  /// The orders that have come whole.
  func takeOrders() -> [Result<KeeperOrder, KeeperError>] {
    guard unfinished < incoming.count else { return [] }
    let last = incoming.count - unfinished - 1
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
        return errno == EAGAIN && outgoing.count - sent < Self.maxUnread
      }
      sent += count
    }
    return true
  }
}
