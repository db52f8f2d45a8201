import BanyanJSON

/// A request was refused: `error`, with the codes of REST. Either end may send one.
public struct ErrorMessage: Sendable, Hashable, Error {
  /// The request's, where it had one that could be read.
  public var id: MessageID?
  /// The HTTP status that REST would answer with.
  public var code: Int
  /// A sentence for a person.
  public var message: String
  /// By the path of a field: what is wrong and what would be right.
  public var issues: [Issue]

  /// What is wrong with one field.
  public struct Issue: Sendable, Hashable {
    /// The path of the field.
    public var field: String
    /// What is wrong and what would be right.
    public var trouble: String

    /// Takes the field's path and what is wrong there.
    public init(field: String, trouble: String) {
      self.field = field
      self.trouble = trouble
    }
  }

  /// For either end to send.
  public init(id: MessageID? = nil, code: Int, message: String, issues: [Issue] = []) {
    self.id = id
    self.code = code
    self.message = message
    self.issues = issues
  }

  /// The answer to a message that could not be read.
  public init(id: MessageID? = nil, _ error: MessageError) {
    self.init(
      id: id, code: 422, message: error.description,
      issues: error.issues.map { Issue(field: $0.field, trouble: $0.trouble) })
  }

  init(_ node: MessageFields) {
    id = MessageID(of: node)
    code = Int(clamping: node.integer("code"))
    message = node.optionalText("message") ?? ""
    issues =
      node.optionalObject("issues") { issues in
        issues.node.members.map { Issue(field: $0, trouble: $1.string ?? "") }
      } ?? []
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "error")
      id?.write(to: &message)
      message.set("code", code)
      message.set("message", self.message)
      if !issues.isEmpty {
        // Of several troubles of one field the last is told.
        var members = JSONObject()
        for issue in issues { members[issue.field] = .string(issue.trouble) }
        message.set("issues", .object(members))
      }
    }
  }
}
