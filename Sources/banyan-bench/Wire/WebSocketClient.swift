import BanyanClient
import Foundation

/// A WebSocket of one thread, with nothing between a message and the socket.
final class WebSocketClient {
  private let connection: BlockingConnection
  private var isOpen = false

  /// Connects and asks for the upgrade; the answer is read with the first message.
  init(_ credentials: Credentials) throws {
    connection = try BlockingConnection(port: credentials.address.port)
    let token = credentials.token ?? ""
    try connection.send(
      Array(
        """
        GET /ws HTTP/1.1\r\nHost: \(credentials.address.host):\(credentials.address.port)\r\nUpgrade: websocket\r
        Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        Sec-WebSocket-Protocol: banyan.v1\r\nAuthorization: Bearer \(token)\r\n\r\n
        """.utf8))
  }

  /// Sends a message made by ``frame(_:)``.
  func send(_ frame: [UInt8]) throws {
    try open()
    try connection.send(frame)
  }

  /// A text message as a frame. Its mask is zeros, so that it is the same whoever sends it.
  static func frame(_ text: [UInt8]) -> [UInt8] { frame(text, opcode: 1) }

  private static func frame(_ payload: [UInt8], opcode: UInt8) -> [UInt8] {
    var frame: [UInt8] = [0x80 | opcode]
    switch payload.count {
    case ...125: frame.append(0x80 | UInt8(payload.count))
    case ...0xFFFF: frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    default: frame += [0x80 | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
    }
    return frame + [0, 0, 0, 0] + payload
  }

  /// The next message, which has to be of this type.
  func receive(_ type: String) throws -> ArraySlice<UInt8> {
    let message = try receive()
    guard message.starts(with: "{\"type\":\"\(type)\"".utf8) else { throw Refused(text: message.text) }
    return message
  }

  /// Waits for the next message and gives its bytes.
  func receive() throws -> ArraySlice<UInt8> {
    try open()
    while true {
      let head = Array(try connection.read(2))
      var length = Int(head[1] & 0x7F)
      if length == 126 { length = try connection.read(2).reduce(0) { $0 << 8 | Int($1) } }
      if length == 127 { length = try connection.read(8).reduce(0) { $0 << 8 | Int($1) } }
      let payload = try connection.read(length)
      switch head[0] {
      case 0x81: return payload
      case 0x89: try connection.send(Self.frame(Array(payload), opcode: 10))
      case 0x8A: break
      default: throw Refused(text: "a frame that begins with \(head[0]): \(payload.text)")
      }
    }
  }

  /// Reads what is there, answering pings.
  func drain() throws {
    while connection.hasBytes() {
      let head = Array(try connection.read(2))
      let length = head[1] < 126 ? Int(head[1]) : try connection.read(2).reduce(0) { $0 << 8 | Int($1) }
      let payload = try connection.read(length)
      if head[0] == 0x89 { try connection.send(Self.frame(Array(payload), opcode: 10)) }
    }
  }

  private func open() throws {
    guard !isOpen else { return }
    isOpen = true
    let status = try connection.line().text
    guard status.contains(" 101 ") else { throw Refused(text: status) }
    while try !connection.line().isEmpty {}
  }
}
