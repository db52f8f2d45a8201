import BanyanCore
import BanyanJSON

/// What a provider sends, as the server reads it: tasks, filters and queries are understood already.
public enum ProviderRequest: Sendable {
  /// The token, as the first message of one that could not send it before.
  case authenticate(AuthenticateMessage)
  /// New tasks, all of them or none.
  case submit(SubmitRequest)
  /// Tasks that nobody needs any more.
  case cancel(CancelRequest)
  /// Read a list of tasks.
  case get(GetRequest)
  /// Be told what happens.
  case subscribe(SubscribeMessage)
  /// Be told no more.
  case unsubscribe(UnsubscribeMessage)

  /// The types of these messages, but for `authenticate`, which everybody may send.
  public static let types: Set<String> = ["submit", "cancel", "get", "subscribe", "unsubscribe"]
  /// Those of them that change something.
  public static let changing: Set<String> = ["submit", "cancel"]

  /// Reads a message; nil for a `type` that no provider sends.
  /// - Parameters:
  ///   - node: the message.
  ///   - fields: the fields of tasks that the asker may name in filters.
  public init?(_ node: JSONNode, fields: FieldSet = .tasks()) throws(Rejection) {
    guard let type = node["type"]?.string else {
      throw Rejection.field("type", "missing, or not a string; give the kind of message")
    }
    do {
      switch type {
      case "authenticate": self = .authenticate(try AuthenticateMessage(node))
      case "submit": self = .submit(try SubmitRequest(node))
      case "cancel": self = .cancel(try CancelRequest(node, fields: fields))
      case "get": self = .get(try GetRequest(node, fields: fields))
      case "subscribe": self = .subscribe(try MessageFields.read(node) { SubscribeMessage($0) })
      case "unsubscribe": self = .unsubscribe(try MessageFields.read(node) { UnsubscribeMessage($0) })
      default: return nil
      }
    } catch {
      throw Rejection(unread: error)
    }
  }

  /// Ties the answer to it.
  public var id: MessageID? {
    switch self {
    case .authenticate(let request): request.id
    case .submit(let request): request.id
    case .cancel(let request): request.id
    case .get(let request): request.id
    case .subscribe(let request): request.id
    case .unsubscribe(let request): request.id
    }
  }

  /// The same request under a name that could not be read where it stands.
  public func named(_ id: MessageID) -> ProviderRequest {
    switch self {
    case .authenticate(var request):
      request.id = id
      return .authenticate(request)
    case .submit(var request):
      request.id = id
      return .submit(request)
    case .cancel(var request):
      request.id = id
      return .cancel(request)
    case .get(var request):
      request.id = id
      return .get(request)
    case .subscribe(var request):
      request.id = id
      return .subscribe(request)
    case .unsubscribe(var request):
      request.id = id
      return .unsubscribe(request)
    }
  }
}

extension Rejection {
  /// A message that could not be read.
  public init(_ error: MessageError) {
    self.init(.unprocessable, error.description, issues: error.issues)
  }
}

extension Rejection {
  /// A message that could not be read, whatever the reason.
  public init(unread error: any Error) {
    switch error {
    case let rejection as Rejection: self = rejection
    case let error as MessageError: self.init(error)
    case let error as JSONError:
      switch error.kind {
      case .tooLarge, .tooManyValues, .tooDeep: self.init(.tooLarge, "The message is too large: \(error)")
      default: self.init(.malformed, "The message is not JSON that can be read: \(error)")
      }
    default: self.init(.malformed, "\(error)")
    }
  }
}

extension Rejection {
  /// The refusal of one field, under another name.
  fileprivate func renaming(_ name: String) -> Rejection {
    issues.count == 1 ? .field(name, issues[0].trouble) : self
  }
}

extension ErrorMessage {
  /// The answer to a message that could not be read, whatever the reason.
  public init(id: MessageID? = nil, unread error: any Error) { self.init(id: id, Rejection(unread: error)) }

  /// With the status, the sentence and the issues of a refusal by the queue or by a reader.
  public init(id: MessageID? = nil, _ rejection: Rejection) {
    // Here the key of a request is a member of its message.
    let told = rejection.issues.first?.field == IdempotencyKey.field ? rejection.renaming("key") : rejection
    self.init(
      id: id, code: told.kind.rawValue, message: told.message,
      issues: told.issues.map { Issue(field: $0.field, trouble: $0.trouble) })
  }
}
