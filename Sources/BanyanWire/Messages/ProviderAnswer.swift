import BanyanCore
import BanyanJSON

/// What a provider gets: answers, and what it subscribed to.
public enum ProviderAnswer: Sendable, Hashable {
  /// The answer to `authenticate`.
  case authenticated(AuthenticatedMessage)
  /// The answer to `submit`.
  case submitted(SubmittedMessage)
  /// The answer to `cancel`.
  case cancelled(CancelledMessage)
  /// The answer to `get`.
  case items(ItemsMessage)
  /// The answer to `subscribe`.
  case subscribed(SubscribedMessage)
  /// Something happened.
  case event(EventMessage)
  /// Events were missed.
  case lagged(LaggedMessage)
  /// The answer to `unsubscribe`.
  case unsubscribed(UnsubscribedMessage)
  /// The server is going away for a while.
  case shutdown
  /// A request was refused.
  case error(ErrorMessage)

  /// Reads a message; nil for a `type` that no provider knows, which it ignores.
  public init?(_ node: JSONNode) throws(MessageError) {
    switch try node.text("type") {
    case "authenticated": self = .authenticated(try AuthenticatedMessage(node))
    case "submitted": self = .submitted(try SubmittedMessage(node))
    case "cancelled": self = .cancelled(try CancelledMessage(node))
    case "items": self = .items(try ItemsMessage(node))
    case "subscribed": self = .subscribed(try SubscribedMessage(node))
    case "event": self = .event(try EventMessage(node))
    case "lagged": self = .lagged(try LaggedMessage(node))
    case "unsubscribed": self = .unsubscribed(try UnsubscribedMessage(node))
    case "shutdown": self = .shutdown
    case "error": self = .error(try ErrorMessage(node))
    default: return nil
    }
  }

  /// The request that it answers; nil for what no request asked for alone.
  public var id: MessageID? {
    switch self {
    case .authenticated(let answer): answer.id
    case .submitted(let answer): answer.id
    case .cancelled(let answer): answer.id
    case .items(let answer): answer.id
    case .subscribed(let answer): answer.id
    case .unsubscribed(let answer): answer.id
    case .error(let answer): answer.id
    case .event, .lagged, .shutdown: nil
    }
  }
}
