import BanyanClient
import BanyanJSON
import CProcess
import Glibc
import NIOCore
import NIOPosix

/// The connection to the keeper, seen from its worker.
struct KeeperLink: Sendable {
  /// Of what passes over it, as each end says in its first line. A worker and a keeper of different versions have to
  /// understand each other: what either doesn't know it passes over, and what an older one doesn't say has a default.
  static let version: Int64 = 1

  private let channel: any Channel

  /// What comes over the link, in order.
  enum Delivery: Sendable {
    case events([KeeperEvent])
    /// The keeper is gone, or has taken another worker.
    case closed
  }

  /// Connects to the keeper of a state folder, starting one where none is.
  ///
  /// - Parameters:
  ///   - folder: the state folder.
  ///   - command: the program that a keeper is, and its first arguments.
  ///   - loop: where the link lives.
  ///   - deliver: gets what comes; called on an event loop, must not block.
  static func open(
    folder: String, command: [String], loop: any EventLoop = NIOSingletons.posixEventLoopGroup.next(),
    deliver: @escaping @Sendable (Delivery) -> Void
  ) async throws -> KeeperLink {
    let socket = try KeeperSocket(folder: folder)
    if let descriptor = socket.connect() {
      return try await adopt(descriptor, loop, deliver: deliver)
    }
    try KeeperProgram(command: command, folder: folder).start(listener: try socket.listen())
    guard let descriptor = socket.connect() else {
      throw KeeperError("cannot connect to the keeper in \(folder): \(ErrnoText.of(errno))")
    }
    return try await adopt(descriptor, loop, deliver: deliver)
  }

  private static func adopt(
    _ descriptor: Int32, _ loop: any EventLoop, deliver: @escaping @Sendable (Delivery) -> Void
  ) async throws -> KeeperLink {
    let channel = try await ClientBootstrap(group: loop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(KeeperEventReader(deliver: deliver))
        }
      }
      .withConnectedSocket(descriptor).get()
    return KeeperLink(channel: channel)
  }

  /// Gives orders, in one write.
  func send(_ orders: [KeeperOrder]) {
    var bytes: [UInt8] = []
    for order in orders { order.encode(into: &bytes) }
    channel.writeAndFlush(channel.allocator.buffer(bytes: bytes), promise: nil)
  }

  /// Lets go of the keeper, which ends if it holds nothing that lives.
  func close() async {
    // An error means that it is closed already.
    try? await channel.close()
  }
}

/// Splits what a keeper sends into events.
private final class KeeperEventReader: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let deliver: @Sendable (KeeperLink.Delivery) -> Void
  private var pending: [UInt8] = []
  private var events: [KeeperEvent] = []

  init(deliver: @escaping @Sendable (KeeperLink.Delivery) -> Void) {
    self.deliver = deliver
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let known = pending.count
    pending.append(contentsOf: unwrapInboundIn(data).readableBytesView)
    // What was there before holds no whole line.
    guard let last = pending[known...].lastIndex(of: UInt8(ascii: "\n")) else { return }
    for line in pending[..<last].split(separator: UInt8(ascii: "\n")) {
      do {
        events.append(try KeeperEvent(JSONDocument(parsing: Array(line)).root))
      } catch {
        events.append(.trouble("a line that can't be read: \(error)"))
      }
    }
    pending.removeFirst(last + 1)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    guard !events.isEmpty else { return }
    deliver(.events(events))
    events = []
  }

  func channelInactive(context: ChannelHandlerContext) {
    channelReadComplete(context: context)
    deliver(.closed)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
