import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/healthz`: the process answers. `/readyz`: it takes work.
struct HealthRoutes: Sendable {
  let queue: TaskQueue
  let snapshotter: Snapshotter

  func add(to table: RouteTable) {
    table.add(
      "/healthz",
      [
        .get: .open(.item("Tells that the process answers.", Schema.anyObject, query: [])) { _ in
          .json(.ok, JSONText.object { $0.set("status", "ok") })
        }
      ])
    let readiness = Operation(
      summary: "Tells whether the server takes work.",
      answers: [.json(200, Schema.anyObject), .json(503, Schema.anyObject)])
    table.add("/readyz", [.get: .open(readiness) { _ in await ready() }])
  }

  private func ready() async -> Response {
    let isReady = await !queue.isBroken
    var alarms: [String] = []
    if await !queue.hasRoom { alarms.append("The journal's disk is full: no new tasks are taken.") }
    if let failure = await snapshotter.failure { alarms.append("No snapshot could be taken: \(failure)") }
    let body = JSONText.object { body in
      body.set("status", isReady ? "ready" : "not ready")
      if !alarms.isEmpty { body.array("alarms") { for alarm in alarms { $0.append(alarm) } } }
    }
    var response = Response.json(isReady ? .ok : .serviceUnavailable, body)
    if !isReady { response.headers[.retryAfter] = "5" }
    return response
  }
}
