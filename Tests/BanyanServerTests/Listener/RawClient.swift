import NIOCore
import NIOPosix
import NIOSSL

/// A TCP connection that says exactly what it is told to. Whatever the other side does, it ends after a bounded time.
struct RawClient {
  struct Closed: Error { let received: String }

  let channel: any Channel
  private var chunks: AsyncStream<[UInt8]>.Iterator
  /// What has come, and how much of it was taken.
  private var received: [UInt8] = []
  private var taken = 0

  /// - Parameters:
  ///   - reads: false leaves in the system's buffers what the server sends.
  ///   - receiveBuffer: the size of the system's buffer.
  ///   - isSecure: speaks TLS, and takes any certificate.
  ///   - newest: the newest version of TLS that it speaks.
  static func connect(
    to port: Int, reads: Bool = true, receiveBuffer: Int? = nil, isSecure: Bool = false, newest: TLSVersion? = nil
  ) async throws -> RawClient {
    let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
    var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.autoRead, value: reads)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if isSecure {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.certificateVerification = .none
            configuration.maximumTLSVersion = newest
            let context = try NIOSSLContext(configuration: configuration)
            try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
          }
          try channel.pipeline.syncOperations.addHandler(Inbox(continuation: continuation))
        }
      }
    if let receiveBuffer { bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: receiveBuffer) }
    let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
    channel.eventLoop.scheduleTask(in: .seconds(30)) { channel.close(promise: nil) }
    return RawClient(channel: channel, chunks: stream.makeAsyncIterator())
  }

  private init(channel: any Channel, chunks: AsyncStream<[UInt8]>.Iterator) {
    self.channel = channel
    self.chunks = chunks
  }

  private final class Inbox: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let continuation: AsyncStream<[UInt8]>.Continuation
    init(continuation: AsyncStream<[UInt8]>.Continuation) { self.continuation = continuation }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      continuation.yield(Array(Self.unwrapInboundIn(data).readableBytesView))
    }
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if event as? ChannelEvent == .inputClosed { continuation.finish() }
    }
    func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }

  func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

  func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  /// Sends, whether or not the other side has gone: it may say why before it goes.
  func push(_ bytes: [UInt8]) async throws {
    do {
      try await send(bytes)
    } catch is IOError {
      // What it said is read next.
    } catch is ChannelError {
      // The same.
    }
  }

  func close() async throws { try await channel.close() }

  /// Waits until what has come matches, and takes that much of it.
  mutating func take<Value>(_ match: (inout ArraySlice<UInt8>) -> Value?) async throws -> Value {
    while true {
      var rest = received[taken...]
      if let value = match(&rest) {
        taken = rest.startIndex
        return value
      }
      guard let chunk = await chunks.next() else {
        throw Closed(received: String(decoding: received[taken...], as: UTF8.self))
      }
      if taken > 0 {
        received.removeFirst(taken)
        taken = 0
      }
      received.append(contentsOf: chunk)
    }
  }

  /// Everything until the server closes its side.
  mutating func rest() async -> String {
    while let chunk = await chunks.next() { received.append(contentsOf: chunk) }
    defer { (received, taken) = ([], 0) }
    return String(decoding: received[taken...], as: UTF8.self)
  }
}

// MARK: HTTP

extension RawClient {
  struct Answer {
    var status: Int
    var head: String
    var body: String

    func header(_ name: String) -> String? {
      for line in head.split(separator: "\r\n").dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2, parts[0].lowercased() == name.lowercased() {
          return parts[1].drop { $0 == " " }.description
        }
      }
      return nil
    }
  }

  /// The next answer, framed by its `Content-Length`.
  mutating func answer(hasBody: Bool = true) async throws -> Answer {
    var answer = try await take { bytes -> Answer? in
      let text = Array(bytes.prefix(128 << 10))
      let mark = Array("\r\n\r\n".utf8)
      guard let end = text.indices.first(where: { text[$0] == mark[0] && text[$0...].starts(with: mark) }) else {
        return nil
      }
      bytes = bytes.dropFirst(end + 4)
      let head = String(decoding: text[..<end], as: UTF8.self)
      let words = head.split(separator: " ", maxSplits: 2)
      return Answer(status: words.count > 1 ? Int(words[1]) ?? 0 : 0, head: head, body: "")
    }
    let length = hasBody ? answer.header("content-length").flatMap { Int($0) } ?? 0 : 0
    answer.body = try await take { bytes -> String? in
      guard bytes.count >= length else { return nil }
      defer { bytes = bytes.dropFirst(length) }
      return String(decoding: bytes.prefix(length), as: UTF8.self)
    }
    return answer
  }
}

// MARK: WebSocket

extension RawClient {
  struct Frame: Equatable {
    var opcode: UInt8
    var payload: [UInt8]

    var text: String { String(decoding: payload, as: UTF8.self) }
    var closeCode: UInt16? { payload.count < 2 ? nil : UInt16(payload[0]) << 8 | UInt16(payload[1]) }
  }

  static func handshake(_ path: String = "/ws", headers: [String] = ["Authorization: Bearer right"]) -> String {
    """
    GET \(path) HTTP/1.1\r
    Host: localhost\r
    Upgrade: websocket\r
    Connection: keep-alive, Upgrade\r
    Sec-WebSocket-Version: 13\r
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
    \(headers.map { $0 + "\r\n" }.joined())\r

    """
  }

  /// A connection that the server has made a WebSocket of; any answer but 101 is thrown.
  static func socket(to port: Int, headers: [String] = ["Authorization: Bearer right"]) async throws -> RawClient {
    var client = try await connect(to: port)
    try await client.send(handshake(headers: headers))
    let answer = try await client.answer(hasBody: false)
    guard answer.status == 101 else { throw Closed(received: answer.head) }
    return client
  }

  /// A client's frame, masked.
  static func frame(_ opcode: UInt8, _ payload: [UInt8] = [], isFinal: Bool = true) -> [UInt8] {
    let key: [UInt8] = [0x12, 0x34, 0x56, 0x78]
    var bytes = [opcode | (isFinal ? 0x80 : 0)]
    switch payload.count {
    case ...125: bytes.append(0x80 | UInt8(payload.count))
    case ...0xFFFF: bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    default:
      bytes.append(0x80 | 127)
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: payload.count >> shift))
      }
    }
    bytes += key
    bytes += payload.enumerated().map { $1 ^ key[$0 % 4] }
    return bytes
  }

  static func text(_ text: String) -> [UInt8] { frame(1, Array(text.utf8)) }

  static func close(_ code: UInt16?, _ reason: String = "") -> [UInt8] {
    frame(8, (code.map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } ?? []) + Array(reason.utf8))
  }

  /// The next frame of the server; pings of its own are passed over.
  mutating func frame() async throws -> Frame {
    while true {
      let frame = try await take { bytes -> Frame? in
        let head = Array(bytes.prefix(10))
        guard head.count >= 2 else { return nil }
        var (length, start) = (Int(head[1]), 2)
        if length == 126 {
          guard head.count >= 4 else { return nil }
          (length, start) = (Int(head[2]) << 8 | Int(head[3]), 4)
        } else if length == 127 {
          guard head.count >= 10 else { return nil }
          (length, start) = (head[2..<10].reduce(0) { $0 << 8 | Int($1) }, 10)
        }
        guard bytes.count >= start + length else { return nil }
        let payload = Array(bytes.dropFirst(start).prefix(length))
        bytes = bytes.dropFirst(start + length)
        return Frame(opcode: head[0], payload: payload)
      }
      if frame.opcode != 0x89 { return frame }
    }
  }
}
