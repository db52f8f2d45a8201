import BanyanCore
import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// A request whose asker is known.
struct RestRequest: Sendable {
  let request: Request
  /// Parts of the path, by name.
  let path: Hummingbird.Parameters
  /// The user whose token the request carries; ``Principal/nobody`` where none is asked for.
  let asker: Principal
  /// For what goes through many things.
  let reader: LongReads.Asker
  let logger: Logger

  /// A body's size in bytes, for everybody but workers.
  static let maxBodyBytes = 16 << 20
  /// The largest body of a worker's request, in bytes.
  static let maxWorkerBodyBytes = 1 << 20

  // MARK: The path

  /// The identifier in the path.
  func id(of what: String) throws(Rejection) -> Identifier {
    let text = path.get("id") ?? ""
    guard let id = Identifier(text) else {
      throw Rejection(.notFound, "There is no \(what) \(text.prefix(64)); an identifier has 24 hex digits.")
    }
    return id
  }

  // MARK: The query

  /// The parameters of the URL, decoded.
  func parameters() throws(RequestError) -> QueryParameters { try QueryParameters(request.uri.query ?? "") }

  /// How documents are shown to this asker, with the parameters that say more.
  func options(_ parameters: QueryParameters, projection: Projection? = nil) throws(Rejection) -> DocumentOptions {
    DocumentOptions(
      dates: try parameters.dates(), environments: ShownEnvironments(for: asker), projection: projection)
  }

  // MARK: The body

  /// The body as JSON.
  func document() async throws -> JSONDocument {
    try Self.parse(try await body(atMost: limit), limit)
  }

  /// How many bytes a body of this asker may have.
  private var limit: Int { asker.role == .worker ? Self.maxWorkerBodyBytes : Self.maxBodyBytes }

  private static func parse(_ bytes: ByteBuffer, _ limit: Int) throws -> JSONDocument {
    do {
      return try bytes.withUnsafeReadableBytes { try JSONDocument(parsing: $0, limits: JSONLimits(maxBytes: limit)) }
    } catch let error as JSONError {
      switch error.kind {
      case .tooLarge, .tooManyValues, .tooDeep: throw Rejection(.tooLarge, "The body is too large: \(error)")
      default: throw Rejection(.malformed, "The body is not JSON that can be read: \(error)")
      }
    }
  }

  /// The body as JSON; nil: there is none.
  func documentIfAny() async throws -> JSONDocument? {
    guard request.headers[.contentType] != nil || BodyForm(of: request).hasBody else { return nil }
    let bytes = try await body(atMost: limit)
    return bytes.readableBytes == 0 ? nil : try Self.parse(bytes, limit)
  }

  /// For what is asked by the path alone: there is no body, or one without fields.
  func noFields() async throws {
    if let document = try await documentIfAny() { try EmptyBody.check(document.root) }
  }

  /// Reads what a body says. Who may not do this at all is told that before what is wrong with the body's fields.
  /// - Parameter refusal: what is told of it, if anything is.
  func read<Value>(
    unless refusal: @escaping @Sendable (QueueState) -> Rejection?, in queue: TaskQueue,
    _ body: () throws(Rejection) -> Value
  ) async throws(Rejection) -> Value {
    let fault: Rejection
    do throws(Rejection) {
      return try body()
    } catch {
      fault = error
    }
    throw await queue.read(refusal) ?? fault
  }

  private func body(atMost limit: Int) async throws -> ByteBuffer {
    try BodyForm(of: request).checkType()
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw Self.tooLarge(limit) }
    do {
      return try await request.body.collect(upTo: limit)
    } catch is NIOTooManyBytesError {
      throw Self.tooLarge(limit)
    }
  }

  /// What remains of such a body is not read: the connection ends with this answer.
  private static func tooLarge(_ limit: Int) -> RequestError {
    RequestError(.contentTooLarge, "A body holds at most \(limit) bytes.", headers: [.connection: "close"])
  }
}
