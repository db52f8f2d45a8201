import BanyanCore
import BanyanJSON
import BanyanStore
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/snapshots`: those there are; POST takes one now.
struct SnapshotRoutes: Sendable {
  let snapshotter: Snapshotter
  let queue: TaskQueue

  func add(to table: RouteTable) {
    table.add(
      "/snapshots",
      [
        .get: .for(
          .readers,
          .item("Lists the snapshots, newest first.", Envelope.listSchema(of: Schema.named("Snapshot"))), list),
        .post: .for(
          .providers, .write("Takes a snapshot now.", body: nil, status: 201, answer: Schema.named("Snapshot")).keyed,
          take),
      ])
  }

  private func list(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let dates = try parameters.dates()
    let snapshots = try await snapshotter.list()
    return .json(
      .ok,
      Envelope.list(count: snapshots.count, page: 1, maxResults: max(1, snapshots.count), total: snapshots.count) {
        Self.write(snapshots[$0], dates, to: &$1)
      })
  }

  private func take(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let dates = try parameters.dates()
    guard request.asker.isAdmin else {
      throw Rejection(.forbidden, "Snapshots are an admin's to take, and \(request.asker.name) is none.")
    }
    let key = try request.pathKey()
    if let known = try await request.known(key, in: queue) { return known }
    let snapshot = try await snapshotter.take()
    let text = JSONText.object { body in
      body.set("_status", "OK")
      Self.write(snapshot, dates, to: &body)
    }
    return try await request.kept(.created, text, key: key, in: queue)
  }

  private static func write(_ snapshot: SnapshotDescription, _ dates: DateForm, to body: inout JSONObjectWriter) {
    // Where it lies is the server's business; its name is enough to find it in the folder.
    body.set("file", String(snapshot.path.split(separator: "/").last ?? ""))
    body.set("_created", dates.text(snapshot.header.time))
    body.set("sequence", Int64(clamping: snapshot.header.sequence))
    body.set("size", Int64(snapshot.size))
  }
}
