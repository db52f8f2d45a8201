import BanyanCore
import BanyanJSON

/// The token, from one that can't set a header: `authenticate`.
public struct AuthenticateMessage: Sendable, Hashable {
  /// Ties the answer to it.
  public var id: MessageID?
  /// The user's token, in clear.
  public var token: String

  /// For a client to send that gave no token with its HTTP request.
  public init(id: MessageID? = nil, token: String) {
    self.id = id
    self.token = token
  }

  /// Reads a message. The token is never repeated in an error.
  public init(_ node: JSONNode) throws(MessageError) { self = try MessageFields.read(node) { AuthenticateMessage($0) } }

  init(_ node: MessageFields) {
    if node["type"]?.isString("authenticate") != true {
      node.fail("type", "not authenticate; send a token before anything else")
    }
    id = MessageID(of: node)
    token = node.text("token")
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
  /// The `id` of the request that it answers.
  public var id: MessageID?
  /// Whose token it is.
  public var user: UserID?

  /// For a server to send: the token is that of a user.
  public init(id: MessageID? = nil, user: UserID? = nil) {
    self.id = id
    self.user = user
  }

  init(_ node: MessageFields) {
    id = MessageID(of: node)
    user = node.optionalTaskID("user")
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
