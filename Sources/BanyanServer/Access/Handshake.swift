import BanyanCore
import BanyanWire
import HTTPTypes
import Hummingbird
import NIOHTTP1

/// The parts of a WebSocket handshake (RFC 6455, section 4.2.1) that decide on it. The gate makes one of a head of the
/// HTTP decoder, the route of `/ws` one of a request, so that both judge by the same policy.
struct Handshake: Sendable {
  var isGET: Bool
  var path: String
  var host: String?
  var authorization: String?
  var origin: String?
  var version: String?
  var key: String?
  /// The subprotocols that the client offers, in its order.
  var subprotocols: [String]
  var remoteAddress: String

  /// The protocol that this server speaks.
  static let subprotocol = "banyan.v1"

  init(_ head: HTTPRequestHead, remoteAddress: String) {
    isGET = head.method == .GET
    path = String(head.uri.prefix { $0 != "?" })
    host = head.headers.first(name: "host")
    authorization = head.headers.first(name: "authorization")
    origin = head.headers.first(name: "origin")
    version = head.headers.first(name: "sec-websocket-version")
    key = head.headers.first(name: "sec-websocket-key")
    subprotocols = Self.list(head.headers["sec-websocket-protocol"])
    self.remoteAddress = remoteAddress
  }

  init(_ request: Request, remoteAddress: String) {
    isGET = request.method == .get
    path = request.uri.path
    host = request.head.authority
    authorization = request.headers[.authorization]
    origin = request.headers[.origin]
    version = request.headers[.secWebSocketVersion]
    key = request.headers[.secWebSocketKey]
    subprotocols = Self.list(request.headers[values: .secWebSocketProtocol])
    self.remoteAddress = remoteAddress
  }

  private static func list(_ values: [String]) -> [String] {
    values.flatMap { $0.split(separator: ",") }.map { $0.trimmed }.filter { !$0.isEmpty }
  }
}

/// What becomes of a handshake.
enum UpgradeVerdict: Sendable {
  /// - Parameters:
  ///   - principal: who is there; nil must say so by message.
  ///   - isAnonymous: no token told who that is: everybody is let in as the principal, and may still say who it is.
  ///   - subprotocol: the one agreed on; nil if the client offered none.
  case accept(principal: User?, isAnonymous: Bool = false, subprotocol: String?)
  case refuse(RequestError)
}

/// Decides on handshakes; called on an event loop and by the route of `/ws`.
typealias UpgradePolicy = @Sendable (Handshake) -> UpgradeVerdict

extension Handshake {
  /// What is wrong with the handshake as such, whoever sends it; nil if nothing is.
  func fault(path expected: String) -> RequestError? {
    guard path == expected else {
      return RequestError(.notFound, "there is no WebSocket endpoint here; it is \(expected)")
    }
    guard isGET else { return RequestError(.badRequest, "a WebSocket begins with GET") }
    guard let version else {
      return RequestError(
        .upgradeRequired, "this address speaks WebSocket: send Upgrade: websocket and Sec-WebSocket-Version: 13",
        headers: [.upgrade: "websocket", .secWebSocketVersion: "13"])
    }
    guard version.trimmed == "13" else {
      return RequestError(
        .upgradeRequired, "Sec-WebSocket-Version is \(version.prefix(16)); this server speaks 13",
        headers: [.upgrade: "websocket", .secWebSocketVersion: "13"])
    }
    guard let key, Base64.bytes(of: key.trimmed)?.count == 16 else {
      return RequestError(.badRequest, "Sec-WebSocket-Key must be 16 bytes in base64")
    }
    guard subprotocols.isEmpty || subprotocols.contains(Self.subprotocol) else {
      return RequestError(.badRequest, "Sec-WebSocket-Protocol offers no \(Self.subprotocol), which this server speaks")
    }
    return nil
  }

  /// The subprotocol to agree on.
  var agreedSubprotocol: String? { subprotocols.isEmpty ? nil : Self.subprotocol }
}
