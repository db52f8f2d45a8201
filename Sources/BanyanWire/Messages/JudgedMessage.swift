import BanyanCore
import BanyanJSON

/// The answers to `report` and to `release`, which have one form: `reported`, `released`.
public struct JudgedMessage: Sendable, Hashable {
  /// Which answer it is.
  public var kind: Kind
  /// The `id` of the request that it answers.
  public var id: MessageID?
  /// One for each attempt, in the order of the request.
  public var results: [Verdict]

  /// Which request it answers, by the answer's name on the wire.
  public enum Kind: String, Sendable {
    /// The answer to `report`.
    case reported
    /// The answer to `release`.
    case released
  }

  /// What became of one attempt's end.
  public struct Verdict: Sendable, Hashable {
    /// Whose; nil: what was said named none.
    public var task: TaskID?
    /// Taken, and durable; or refused, and nothing changed.
    public var accepted: Bool
    /// The code of the refusal, one of REST's.
    public var code: Int?
    /// The refusal in words.
    public var reason: String?

    /// A verdict; accepted unless there is a code.
    public init(task: TaskID?, code: Int? = nil, reason: String? = nil) {
      self.task = task
      accepted = code == nil
      self.code = code
      self.reason = reason
    }
  }

  /// For a server to send, with a verdict for each attempt that could be read.
  public init(kind: Kind, id: MessageID? = nil, results: [Verdict]) {
    self.kind = kind
    self.id = id
    self.results = results
  }

  /// Reads a message of a kind.
  init(_ kind: Kind, _ node: MessageFields) {
    self.kind = kind
    id = MessageID(of: node)
    results = node.list("results") { one in
      var verdict = Verdict(
        task: one["task"]?.isNull ?? false ? nil : one.taskID("task"),
        code: one.optionalInteger("code").map { Int(clamping: $0) }, reason: one.optionalText("reason"))
      verdict.accepted = one.bool("accepted")
      return verdict
    }
  }

  /// Appends the message's text to `buffer`.
  public func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { message in
      message.set("type", kind.rawValue)
      id?.write(to: &message)
      message.array("results") { list in
        for verdict in results {
          list.object { object in
            if let task = verdict.task { object.set("task", task) } else { object.setNull("task") }
            object.set("accepted", verdict.accepted)
            object.set("code", ifPresent: verdict.code)
            object.set("reason", ifPresent: verdict.reason)
          }
        }
      }
    }
  }
}
