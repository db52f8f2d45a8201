import HTTPTypes

/// Why a request is refused: thrown anywhere below the router, made an answer in one place (``ErrorResponder``).
struct RequestError: Error, Sendable {
  /// The status of the answer.
  let status: HTTPResponse.Status
  /// A word for programs; by default the status's own.
  let code: String
  /// A sentence for people: what was wrong, and what would be right.
  let message: String
  /// The same, field by field.
  let issues: [String: String]
  /// Headers that belong to the answer, such as `Allow`.
  let headers: HTTPFields

  init(
    _ status: HTTPResponse.Status, _ message: String, code: String? = nil, issues: [String: String] = [:],
    headers: HTTPFields = [:]
  ) {
    self.status = status
    self.code = code ?? Self.code(of: status)
    self.message = message
    self.issues = issues
    self.headers = headers
  }

  /// The word for a status.
  static func code(of status: HTTPResponse.Status) -> String {
    switch status.code {
    case 400: "bad_request"
    case 401: "unauthorized"
    case 403: "forbidden"
    case 404: "not_found"
    case 405: "method_not_allowed"
    case 409: "conflict"
    case 410: "gone"
    case 413: "too_large"
    case 415: "unsupported_media_type"
    case 422: "unprocessable"
    case 426: "upgrade_required"
    case 429: "too_many_requests"
    case 503: "unavailable"
    case 507: "insufficient_storage"
    default: "internal_error"
    }
  }
}
