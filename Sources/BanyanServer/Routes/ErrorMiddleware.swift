import BanyanCore
import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird
import NIOHTTP1

/// The one place where errors become answers.
struct ErrorMiddleware: RouterMiddleware {
  typealias Context = RestContext

  func handle(
    _ request: Request, context: RestContext, next: (Request, RestContext) async throws -> Response
  ) async throws -> Response {
    do {
      guard request.head.authority != nil else {
        throw RequestError(
          .badRequest,
          "A request names the host that it is for, once, as a name or an address and perhaps a port: its header Host is missing, given twice or something else."
        )
      }
      return try await next(request, context)
    } catch let error as HTTPParserError {
      // The request itself is broken: the connection's own loop answers 400 and closes.
      throw error
    } catch let error as RequestError {
      return answer(error.status, Envelope.error(code: error.status.code, error.message), error.headers)
    } catch let rejection as Rejection {
      let status = HTTPResponse.Status(code: rejection.kind.rawValue)
      return answer(status, Envelope.error(rejection), Self.headers(of: rejection.kind))
    } catch let error as HTTPError where error.status == .notFound {
      let message =
        "There is nothing at \(request.uri.path.prefix(256)); the README names what there is."
      return answer(.notFound, Envelope.error(code: 404, message), [:])
    } catch let error as any HTTPResponseError {
      return answer(error.status, Envelope.error(code: error.status.code, error.status.reasonPhrase), [:])
    } catch {
      context.logger.error(
        "A request could not be answered", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
      return answer(
        .internalServerError, Envelope.error(code: 500, "The server failed in answering this; its log says more."), [:])
    }
  }

  private func answer(_ status: HTTPResponse.Status, _ body: [UInt8], _ headers: HTTPFields) -> Response {
    var response = Response.json(status, body)
    response.headers.append(contentsOf: headers)
    return response
  }

  private static func headers(of kind: Rejection.Kind) -> HTTPFields {
    switch kind {
    case .unauthenticated: RequestError.challenge
    case .unavailable: [.retryAfter: "5"]
    default: [:]
    }
  }
}

extension Response {
  /// An answer whose body is this JSON text, in UTF-8.
  static func json(_ status: HTTPResponse.Status, _ body: [UInt8]) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}
