import BanyanJSON

/// What a worker sends.
public enum WorkerMessage: Sendable, Hashable {
  /// The first message of a connection: who the worker is and what it has to give.
  case hello(HelloMessage)
  /// It asks for tasks.
  case claim(ClaimMessage)
  /// Processes of attempts run now.
  case started(StartedMessage)
  /// Attempts ended, in one way or another.
  case report(ReportMessage)
  /// What running attempts use.
  case usage(UsageMessage)
  /// The ends of logs.
  case tails(TailsMessage)
  /// The worker is there, and has nothing else to say; it is answered at once.
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
    let fields = MessageFields(node)
    switch fields.text("type") {
    case "hello": self = .hello(HelloMessage(fields))
    case "claim": self = .claim(ClaimMessage(fields))
    case "started": self = .started(StartedMessage(fields))
    case "report": self = .report(ReportMessage(fields))
    case "usage": self = .usage(UsageMessage(fields))
    case "tails": self = .tails(TailsMessage(fields))
    case "heartbeat": self = .heartbeat(id: MessageID(of: fields))
    case "release": self = .release(ReleaseMessage(fields))
    case "goodbye": self = .goodbye
    case "log": self = .log(LogMessage(fields))
    case "error": self = .error(ErrorMessage(fields))
    default:
      try fields.check()
      return nil
    }
    try fields.check()
  }

  /// Items that can't be read, of a message that is answered without a word about each.
  public var unansweredFaults: [ItemFault] {
    switch self {
    case .started(let message): message.faults
    case .usage(let message): message.faults
    case .tails(let message): message.faults
    case .hello(let message): message.faults
    case .claim, .report, .heartbeat, .release, .goodbye, .log, .error: []
    }
  }

  /// The same message under a name that could not be read where it stands.
  public func named(_ id: MessageID) -> WorkerMessage {
    switch self {
    case .hello(var message):
      message.id = id
      return .hello(message)
    case .claim(var message):
      message.id = id
      return .claim(message)
    case .report(var message):
      message.id = id
      return .report(message)
    case .heartbeat: return .heartbeat(id: id)
    case .release(var message):
      message.id = id
      return .release(message)
    // Nothing is answered to these, or by the server's own name.
    case .started, .usage, .tails, .goodbye, .log, .error: return self
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
