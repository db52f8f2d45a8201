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
  /// One event of a subscription.
  case event(EventMessage)
  /// Events of a subscription that are not to be had any more.
  case lagged(LaggedMessage)
  /// The answer to `unsubscribe`.
  case unsubscribed(UnsubscribedMessage)
  /// The server is going away for a while.
  case shutdown
  /// A request was refused.
  case error(ErrorMessage)

  /// Reads a message; nil for a `type` that no provider knows, which it ignores.
  public init?(_ node: JSONNode) throws(MessageError) {
    let fields = MessageFields(node)
    switch fields.text("type") {
    case "authenticated": self = .authenticated(AuthenticatedMessage(fields))
    case "submitted": self = .submitted(SubmittedMessage(fields))
    case "cancelled": self = .cancelled(CancelledMessage(fields))
    case "items": self = .items(ItemsMessage(fields))
    case "subscribed": self = .subscribed(SubscribedMessage(fields))
    case "event": self = .event(EventMessage(fields))
    case "lagged": self = .lagged(LaggedMessage(fields))
    case "unsubscribed": self = .unsubscribed(UnsubscribedMessage(fields))
    case "shutdown": self = .shutdown
    case "error": self = .error(ErrorMessage(fields))
    default:
      try fields.check()
      return nil
    }
    try fields.check()
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
