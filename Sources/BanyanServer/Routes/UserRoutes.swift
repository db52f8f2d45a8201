import BanyanCore
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/users`: who may ask. A token is shown once, in the answer that made it.
struct UserRoutes: Sendable {
  let queue: TaskQueue

  private static let fields = FieldSet.documents(
    dates: ["_created", "_updated"], names: ["_id", "_created", "_updated", "name", "role", "admin"])

  func add(to table: RouteTable) {
    table.add(
      "/users",
      [
        .get: .for(.readers, .list("Lists users, without their tokens.", of: "User"), list),
        .post: .for(
          .providers,
          .write("Makes a user; the answer holds its token, once.", body: UserDocument.draftSchema, status: 201), make),
      ])
    table.add(
      "/users/me", [.get: .for(.anyRole, .item("Shows who asks.", Schema.named("User")), showAsker)])
    table.add(
      "/users/{id}",
      [
        .get: .for(.readers, .item("Shows a user.", Schema.named("User")), show),
        .delete: .for(.providers, .removal("Revokes a user."), revoke),
      ])
  }

  private func list(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    let query = try ListQuery(parameters: parameters.pairs, fields: Self.fields, others: ["dates"])
    let options = try request.options(parameters, projection: query.projection)
    let users = await queue.read { $0.allUsers }.sorted { $0.id < $1.id }
    let text = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      try Envelope.list(try query.select(from: users.map(UserDocument.document), effort), options, effort)
    }
    return .json(.ok, text)
  }

  private func show(_ request: RestRequest) async throws -> Response {
    try await show(try request.id(of: "user"), request)
  }

  private func showAsker(_ request: RestRequest) async throws -> Response {
    try await show(request.asker.user, request)
  }

  private func show(_ id: UserID, _ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    guard let user = await queue.read({ $0.user(id) }) else {
      throw Rejection(.notFound, "There is no user \(id).")
    }
    return .json(.ok, UserDocument.document(user).encoded(try request.options(parameters)))
  }

  private func make(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(["dates"])
    let dates = try parameters.dates()
    let (body, asker) = (try await request.document().root, request.asker)
    let draft = try await request.read(unless: { $0.refusal(ofAdministering: "Users", by: asker) }, in: queue) {
      () throws(Rejection) in try UserDocument.draft(body)
    }
    let token = draft.token ?? TokenDigest.fresh()
    let answer = try await queue.perform(
      .addUser(
        name: draft.name, role: draft.role, isAdmin: draft.isAdmin, tokenHash: TokenDigest.hash(token),
        by: request.asker))
    guard case .user(let user) = answer else { throw UnfitAnswer() }
    var response = Response.json(
      .created,
      Envelope.written(user.id, created: user.created, updated: user.created, dates: dates) { body in
        body.set("token", token)
      })
    response.headers[.cacheControl] = "no-store"
    return response
  }

  private func revoke(_ request: RestRequest) async throws -> Response {
    let id = try request.id(of: "user")
    try request.parameters().allow([])
    _ = try await queue.perform(.revokeUser(id, by: request.asker))
    return Response(status: .noContent)
  }
}
