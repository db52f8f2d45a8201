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
          .list("Lists the snapshots, newest first.", of: "Snapshot"), list),
        .post: .for(
          .providers, .write("Takes a snapshot now.", body: nil, status: 201, answer: Schema.named("Snapshot")).keyed,
          takeSnapshot),
      ])
  }

  private func list(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    let query = try ListQuery(parameters: parameters.pairs, fields: ListedSnapshot.fields, others: ["dates"])
    let options = try request.options(parameters, projection: query.projection)
    let snapshots = try await snapshotter.list().map(ListedSnapshot.init)
    return .json(
      .ok,
      try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
        try Envelope.list(try query.select(from: snapshots, effort), effort) { $0.document.write(to: &$1, options) }
      })
  }

  private func takeSnapshot(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let dates = try parameters.dates()
    guard request.asker.isAdmin else {
      throw Rejection(.forbidden, "Snapshots are an admin's to take, and \(request.asker.name) is none.")
    }
    try await request.noFields()
    let key = try request.pathKey()
    if let known = try await request.known(key, in: queue) { return known }
    let snapshot = try await snapshotter.take()
    let text = JSONText.object { body in
      body.set("_status", "OK")
      ListedSnapshot(snapshot).document.write(to: &body, DocumentOptions(dates: dates))
    }
    return try await request.kept(.created, text, key: key, in: queue)
  }
}

/// A snapshot as lists have it: the newest is first.
private struct ListedSnapshot: Listed {
  static let fields = FieldSet.documents(
    dates: ["_created"], names: ["file", "_created", "sequence", "size"], identity: "file")

  let document: Document
  let listedID: Identifier

  init(_ snapshot: SnapshotDescription) {
    document = Document([
      // Where it lies is the server's business; its name is enough to find it in the folder.
      ("file", .text(String(snapshot.path.split(separator: "/").last ?? ""))),
      ("_created", .date(snapshot.header.time)),
      ("sequence", .integer(Int64(clamping: snapshot.header.sequence))),
      ("size", .integer(Int64(snapshot.size))),
    ])
    listedID = Identifier(seconds: 0, rest: .max - snapshot.header.sequence)
  }

  func listedValue(_ field: ListedField) -> FieldValue { document.listedValue(field) }
}
