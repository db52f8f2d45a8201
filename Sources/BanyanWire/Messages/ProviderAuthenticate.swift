import BanyanCore
import BanyanJSON

/// The token, from one that can't set a header: `authenticate`.
public struct AuthenticateMessage: Sendable, Hashable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// The token.
  public var token: String

  /// A message.
  public init(id: MessageID? = nil, token: String) {
    self.id = id
    self.token = token
  }

  /// Reads a message. The token is never repeated in an error.
  public init(_ node: JSONNode) throws(MessageError) {
    guard node["type"]?.isString("authenticate") ?? false else {
      throw MessageError(field: "type", problem: "not authenticate", remedy: "send a token before anything else")
    }
    id = try MessageID(of: node)
    token = try node.text("token")
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "authenticate")
      id?.write(to: &message)
      message.set("token", token)
    }
  }
}

/// The token was good: `authenticated`.
public struct AuthenticatedMessage: Sendable, Hashable {
  /// The request's.
  public var id: MessageID?
  /// Whose token it is.
  public var user: UserID?

  /// An answer.
  public init(id: MessageID? = nil, user: UserID? = nil) {
    self.id = id
    self.user = user
  }

  /// Reads a message.
  public init(_ node: JSONNode) throws(MessageError) {
    id = try MessageID(of: node)
    user = node["user"] == nil ? nil : try node.taskID("user")
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "authenticated")
      id?.write(to: &message)
      message.set("user", ifPresent: user?.description)
    }
  }
}
