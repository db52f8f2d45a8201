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
    table.router.get(path) { request, context -> Response in
      switch policy(Handshake(request, remoteAddress: context.remoteAddress)) {
      case .refuse(let error): throw error
      case .accept:
        throw RequestError(
          .badRequest,
          "A WebSocket begins with the first request of a connection, with Connection: Upgrade, Upgrade: websocket and no body."
        )
      }
    }
    for method in [HTTPRequest.Method.post, .put, .patch, .delete, .options] {
      table.router.on(path, method: method) { _, _ -> Response in
        throw RequestError(.methodNotAllowed, "A WebSocket begins with GET.", headers: [.allow: "GET"])
      }
    }
  }
}
