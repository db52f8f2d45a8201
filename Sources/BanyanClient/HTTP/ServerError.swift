import BanyanJSON

/// The server understood a request and refused it, or failed at it.
public struct ServerError: Error, Sendable, Hashable {
  /// What is wrong with one field of the request.
  public struct Issue: Sendable, Hashable {
    /// The path of the field, as in `tasks.3.name`.
    public var field: String
    /// What is wrong with it and what would be right.
    public var trouble: String

    /// Takes the field's path and what is wrong there.
    public init(field: String, trouble: String) {
      self.field = field
      self.trouble = trouble
    }
  }

  /// The status of HTTP, and the code of an error message on the socket.
  public var status: Int
  /// A sentence for a person.
  public var message: String
  /// The fields that didn't fit.
  public var issues: [Issue]
  /// Seconds after which asking again may help; nil: nothing was said of that.
  public var retryAfter: Int?

  /// An error answer: its HTTP status, and what the server said about the request and its fields.
  public init(status: Int, message: String, issues: [Issue] = []) {
    self.status = status
    self.message = message
    self.issues = issues
  }

  /// What an answer of 400 or more says.
  public init(_ answer: HTTPAnswer) {
    let body = try? answer.json()
    let error = body?["_error"]
    self.init(
      status: answer.status,
      message: error?["message"]?.string ?? "status \(answer.status)",
      issues: Self.issues(body?["_issues"]))
    retryAfter = answer.header("Retry-After").flatMap { Int($0) }
  }

  /// What an `error` message on the socket says.
  public init(message: JSON) {
    self.init(
      status: message["code"]?.integer.flatMap { Int(exactly: $0) } ?? 500,
      message: message["message"]?.string ?? "an error without a word",
      issues: Self.issues(message["issues"]))
  }

  private static func issues(_ issues: JSON?) -> [Issue] {
    guard let members = issues?.object else { return [] }
    return members.map { Issue(field: $0.key, trouble: $0.value.string ?? "\($0.value)") }
  }
}

extension ServerError: CustomStringConvertible {
  /// The message, and a line for each issue that it doesn't tell already.
  public var description: String {
    let further = issues.filter { !message.contains($0.trouble) }
    return ([message] + further.map { "  \($0.field): \($0.trouble)" }).joined(separator: "\n")
  }
}
