import HTTPTypes
import Hummingbird

/// `GET /ws` that did not become a WebSocket: the same policy as at the gate says why.
struct SocketRoute: Sendable {
  let policy: UpgradePolicy

  func add(to table: RouteTable) {
    // Told here, registered below: its checks are those of the handshake.
    let operation = Operation(
      summary: "The WebSocket endpoint, subprotocol banyan.v1.",
      answers: [Operation.Answer(status: 101, content: [])], refusals: [401, 403, 426, 429])
    table.description.add("/ws", [.get: .open(operation) { _ in throw UnfitAnswer() }])
    let path = RouterPath(table.basePath + "/ws")
    // HEAD, which the router makes of it, is told what GET would be.
    table.router.get(path) { request, context -> Response in
      var handshake = Handshake(request, remoteAddress: context.remoteAddress)
      handshake.isGET = true
      switch policy(handshake) {
      case .refuse(let error): throw error
      case .accept:
        throw RequestError(
          .badRequest,
          "A WebSocket begins with the first request of a connection, with Connection: Upgrade, Upgrade: websocket and no body."
        )
      }
    }
    table.refuseOthers(than: [.get], at: path)
  }
}
