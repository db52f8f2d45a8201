import BanyanCore
import BanyanJSON
import Crypto
import HTTPTypes
import Hummingbird

extension RestRequest {
  /// What the client calls this request, and a digest of what it asks as a JSON value, in whatever order its members
  /// came; nil: it gave no name.
  func idempotencyKey(of body: JSON) throws(Rejection) -> (key: String, body: [UInt8])? {
    try idempotencyKey { body.encoded(sortedKeys: true) }
  }

  /// The same for a resource whose requests are told apart by their path too. Only a POST has a key.
  func pathKey(of body: JSON = .null) throws(Rejection) -> (key: String, body: [UInt8])? {
    guard request.method == .post else { return nil }
    return try idempotencyKey { Array("\(request.uri.path)\n".utf8) + body.encoded(sortedKeys: true) }
  }

  private func idempotencyKey(of text: () -> [UInt8]) throws(Rejection) -> (key: String, body: [UInt8])? {
    guard let key = request.headers[.idempotencyKey] else { return nil }
    if let trouble = IdempotencyKey.trouble(with: key) { throw Rejection.field(IdempotencyKey.field, trouble) }
    return (key, Array(SHA256.hash(data: text())))
  }
}

extension RestRequest {
  /// Does a command and answers as the first time, if the request comes again under its key.
  func answer(
    _ command: Command, in queue: TaskQueue, _ status: HTTPResponse.Status, key: (key: String, body: [UInt8])?,
    _ body: @escaping @Sendable (QueueState, Answer) -> [UInt8]?
  ) async throws -> Response {
    let reply = try await queue.reply(to: command, by: asker, key: key) { state, answer in
      guard let text = body(state, answer) else { return KeptReply(status: 500, text: "") }
      return KeptReply(status: status.code, text: String(decoding: text, as: UTF8.self))
    }
    guard reply.status < 300 else { throw UnfitAnswer() }
    return .kept(reply)
  }

  /// Keeps an answer that no command brought about, if the request has a key; or gives the first one.
  func kept(
    _ status: HTTPResponse.Status, _ text: [UInt8], key: (key: String, body: [UInt8])?, in queue: TaskQueue
  ) async throws -> Response {
    guard let key else { return .json(status, text) }
    let reply = KeptReply(status: status.code, text: String(decoding: text, as: UTF8.self))
    let answer = try await queue.perform(
      .keep(
        IdempotencyKey(user: asker.user, key: key.key), IdempotentAnswer(body: key.body, time: 0, reply: reply)))
    guard case .kept(let kept) = answer else { throw UnfitAnswer() }
    return .kept(kept.reply ?? reply)
  }

  /// The first answer under the request's key; nil: it comes for the first time.
  func known(_ key: (key: String, body: [UInt8])?, in queue: TaskQueue) async throws -> Response? {
    guard let key else { return nil }
    let found = await queue.read { [asker] state in
      do throws(Rejection) {
        return Result<KeptReply?, Rejection>.success(try state.reply(to: key, by: asker))
      } catch {
        return .failure(error)
      }
    }
    return try found.get().map(Response.kept)
  }
}

extension Response {
  /// An answer as it was the first time.
  static func kept(_ reply: KeptReply) -> Response { .json(.init(code: reply.status), Array(reply.text.utf8)) }
}

extension HTTPField.Name {
  /// Made of letters and a hyphen, which is a name.
  static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .ifMatch
}
