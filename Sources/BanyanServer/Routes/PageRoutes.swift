import BanyanCore
import BanyanWire
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// `/`, the live page, `/page/...`, what it loads, and `/live`, what feeds it: server-sent events, one when something changed, at most one a second, at least one in ten.
struct PageRoutes: Sendable {
  let board: LiveBoard
  let feed: EventFeed
  let loop: any EventLoop
  let basePath: String

  func add(to table: RouteTable) {
    let page = Operation(
      summary: "The live page.",
      answers: [.init(status: 200, content: [("text/html", Schema.text)]), .init(status: 308, content: [])])
    table.add("/", [.get: .open(page) { show($0) }])
    for file in Page.parts {
      let part = Operation(
        summary: "A part of the live page.", answers: [.init(status: 200, content: [(file.type, Schema.text)])])
      table.add(RouterPath("/page/\(file.name)"), [.get: .open(part) { _ in Self.answer(file, file.headers) }])
    }
    let live = Operation(
      summary: "Feeds the live page: server-sent events, each the whole of what it shows.",
      answers: [.init(status: 200, content: [("text/event-stream", Schema.object([("data", Schema.text)]))])])
    table.add("/live", [.get: .for(.readers, live, follow)])
  }

  private func show(_ request: RestRequest) -> Response {
    // The page asks for what lies beside it: its own address has to end in a slash.
    guard request.request.uri.path.hasSuffix("/") else {
      return Response(status: .permanentRedirect, headers: [.location: basePath + "/"])
    }
    return Self.answer(Page.document, Page.documentHeaders)
  }

  private static func answer(_ file: Page.File, _ headers: HTTPFields) -> Response {
    Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
  }

  /// After so long it is told without news too: what takes no event (a worker's cut) is seen, a reader that has gone is
  /// found out, and a proxy sees that the connection lives.
  private static let pulse = TimeAmount.seconds(10)

  private func follow(_ request: RestRequest) async throws -> Response {
    try request.parameters().allow([])
    let body = ResponseBody { writer in
      try await write(to: &writer, for: request.asker)
      try await writer.finish(nil)
    }
    return Response(
      status: .ok,
      headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .xAccelBuffering: "no"], body: body)
  }

  /// Until the reader has gone, or its user was revoked.
  private func write(to writer: inout any ResponseBodyWriter, for asker: Principal) async throws {
    let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let owner = Watcher()
    feed.listen(ObjectIdentifier(owner)) { signal.yield() }
    let pulse = loop.scheduleRepeatedTask(initialDelay: Self.pulse, delay: Self.pulse) { _ in signal.yield() }
    defer {
      pulse.cancel()
      feed.leave(ObjectIdentifier(owner))
    }
    try await withGracefulShutdownHandler {
      for await _ in signals {
        guard await board.knows(asker.user) else { return }
        var event = ByteBuffer(string: "data: ")
        event.writeBytes(try await board.text())
        event.writeString("\n\n")
        try await writer.write(event)
        // News that come meanwhile are told together.
        try await Task.sleep(for: .milliseconds(LiveBoard.interval))
      }
    } onGracefulShutdown: {
      signal.finish()
    }
    withExtendedLifetime(owner) {}
  }

  /// Somebody who watches: its identity is all that the feed wants.
  private final class Watcher: Sendable {}
}

extension HTTPField.Name {
  /// Asks nginx not to hold the stream back. Letters and hyphens, which are a name.
  static let xAccelBuffering = HTTPField.Name("X-Accel-Buffering") ?? .cacheControl
}
