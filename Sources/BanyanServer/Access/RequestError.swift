import HTTPTypes

/// Why a request is refused before the queue sees it: thrown anywhere below the router, made an answer in one place
/// (``ErrorMiddleware``). What the queue refuses is a `Rejection`.
struct RequestError: Error, Sendable {
  /// The status of the answer.
  let status: HTTPResponse.Status
  /// A sentence for people: what was wrong, and what would be right.
  let message: String
  /// Headers that belong to the answer, such as `Allow`.
  let headers: HTTPFields

  init(_ status: HTTPResponse.Status, _ message: String, headers: HTTPFields = [:]) {
    self.status = status
    self.message = message
    self.headers = headers
  }
}
