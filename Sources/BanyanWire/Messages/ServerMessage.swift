import BanyanJSON

/// What a worker gets: answers and pushes.
public enum ServerMessage: Sendable, Hashable {
  /// The answer to `hello`.
  case welcome(WelcomeMessage)
  /// The answer to `claim`.
  case claimed(ClaimedMessage)
  /// The answer to `report` or `release`.
  case judged(JudgedMessage)
  /// The answer to `heartbeat`.
  case heartbeat(id: MessageID? = nil)
  /// Attempts have to end.
  case cancel(CancelPush)
  /// The worker is being unregistered, and has until a deadline.
  case deregister(DeregisterPush)
  /// Somebody wants to know what the attempts use.
  case requestUsage
  /// Somebody reads a log.
  case requestLog(RequestLogPush)
  /// The server is going away for a while.
  case shutdown
  /// A request was refused.
  case error(ErrorMessage)

  /// Reads a message; nil for a `type` that no worker knows, which it ignores.
  public init?(_ node: JSONNode) throws(MessageError) {
    let fields = MessageFields(node)
    switch fields.text("type") {
    case "welcome": self = .welcome(WelcomeMessage(fields))
    case "claimed": self = .claimed(ClaimedMessage(fields))
    case "reported": self = .judged(JudgedMessage(.reported, fields))
    case "released": self = .judged(JudgedMessage(.released, fields))
    case "heartbeat": self = .heartbeat(id: MessageID(of: fields))
    case "cancel": self = .cancel(CancelPush(fields))
    case "deregister": self = .deregister(DeregisterPush(fields))
    case "request_usage": self = .requestUsage
    case "request_log": self = .requestLog(RequestLogPush(fields))
    case "shutdown": self = .shutdown
    case "error": self = .error(ErrorMessage(fields))
    default:
      try fields.check()
      return nil
    }
    try fields.check()
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    switch self {
    case .welcome(let message): message.encode(into: &buffer)
    case .claimed(let message): message.encode(into: &buffer)
    case .judged(let message): message.encode(into: &buffer)
    case .heartbeat(let id): Self.encodeHeartbeat(id, into: &buffer)
    case .cancel(let message): message.encode(into: &buffer)
    case .deregister(let message): message.encode(into: &buffer)
    case .requestUsage: buffer.append(contentsOf: #"{"type":"request_usage"}"#.utf8)
    case .requestLog(let message): message.encode(into: &buffer)
    case .shutdown: buffer.append(contentsOf: #"{"type":"shutdown"}"#.utf8)
    case .error(let message): message.encode(into: &buffer)
    }
  }

  /// A heartbeat looks the same in both directions.
  static func encodeHeartbeat(_ id: MessageID?, into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", "heartbeat")
      id?.write(to: &message)
    }
  }
}
