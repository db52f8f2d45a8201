/// Why a command was refused. Nothing has changed then.
public struct Rejection: Error, Hashable, Sendable {
  /// The kind, with the status of HTTP that goes with it.
  public enum Kind: Int, Sendable {
    /// Not of the right form.
    case malformed = 400
    /// No token, or one that has no business here.
    case unauthenticated = 401
    /// Known, but not allowed.
    case forbidden = 403
    /// What was named doesn't exist.
    case notFound = 404
    /// A newer claim stands.
    case conflict = 409
    /// Fields that don't fit.
    case unprocessable = 422
    /// The request asks for, or carries, more than is taken at once.
    case tooLarge = 413
    /// Not ready, or shutting down.
    case unavailable = 503
    /// The journal can't be written.
    case storageFull = 507
  }
  /// Why it was refused, as a client's program tells it.
  public var kind: Kind
  /// A sentence for a person.
  public var message: String
  /// By the path of a field: what is wrong and what would be right. Sorted when shown.
  public var issues: [Issue]

  /// What is wrong with one field of a request.
  public struct Issue: Hashable, Sendable {
    /// The path of the field, as `tasks.3.name`.
    public var field: String
    /// What is wrong and what would be right.
    public var trouble: String

    /// The trouble with the field at a path.
    public init(field: String, trouble: String) {
      self.field = field
      self.trouble = trouble
    }
  }

  /// A refusal in words, with what is wrong with single fields.
  public init(_ kind: Kind, _ message: String, issues: [Issue] = []) {
    self.kind = kind
    self.message = message
    self.issues = issues
  }

  /// A refusal of one field.
  public static func field(_ field: String, _ trouble: String) -> Rejection {
    Rejection(
      .unprocessable, "\(field): \(trouble)", issues: [Issue(field: field, trouble: trouble)])
  }
}
