import BanyanJSON

/// What a worker sends.
public enum WorkerMessage: Sendable, Hashable {
  /// Its first word.
  case hello(HelloMessage)
  /// It asks for tasks.
  case claim(ClaimMessage)
  /// Processes run.
  case started(StartedMessage)
  /// Attempts ended.
  case report(ReportMessage)
  /// What running attempts use.
  case usage(UsageMessage)
  /// The ends of logs.
  case tails(TailsMessage)
  /// It lives.
  case heartbeat(id: MessageID? = nil)
  /// Attempts are given back.
  case release(ReleaseMessage)
  /// It is draining and claims nothing more.
  case goodbye
  /// The bytes of a log.
  case log(LogMessage)
  /// A push could not be carried out.
  case error(ErrorMessage)

  /// The types of these messages.
  public static let types: Set<String> = [
    "hello", "claim", "started", "report", "usage", "tails", "heartbeat", "release", "goodbye", "log",
  ]

  /// Reads a message; nil for a `type` that no worker sends.
  public init?(_ node: JSONNode) throws(MessageError) {
    switch try node.text("type") {
    case "hello": self = .hello(try HelloMessage(node))
    case "claim": self = .claim(try ClaimMessage(node))
    case "started": self = .started(try StartedMessage(node))
    case "report": self = .report(try ReportMessage(node))
    case "usage": self = .usage(try UsageMessage(node))
    case "tails": self = .tails(try TailsMessage(node))
    case "heartbeat": self = .heartbeat(id: try MessageID(of: node))
    case "release": self = .release(try ReleaseMessage(node))
    case "goodbye": self = .goodbye
    case "log": self = .log(try LogMessage(node))
    case "error": self = .error(try ErrorMessage(node))
    default: return nil
    }
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    switch self {
    case .hello(let message): message.encode(into: &buffer)
    case .claim(let message): message.encode(into: &buffer)
    case .started(let message): message.encode(into: &buffer)
    case .report(let message): message.encode(into: &buffer)
    case .usage(let message): message.encode(into: &buffer)
    case .tails(let message): message.encode(into: &buffer)
    case .heartbeat(let id): ServerMessage.encodeHeartbeat(id, into: &buffer)
    case .release(let message): message.encode(into: &buffer)
    case .goodbye: buffer.append(contentsOf: #"{"type":"goodbye"}"#.utf8)
    case .log(let message): message.encode(into: &buffer)
    case .error(let message): message.encode(into: &buffer)
    }
  }
}
