/// What is kept for a repeat of a request: enough to answer it as the first time, word for word, whatever became of what
/// it made.
public struct IdempotentAnswer: Hashable, Sendable {
  /// A digest of the request's body as a JSON value: another body under the same key is refused.
  public var body: [UInt8]
  /// The tasks that the request made, in its order.
  public var tasks: [TaskID] {
    get { made.flatMap(\.ids) }
    set { made = Run.runs(of: newValue) }
  }
  /// Where the request was a retry: which tasks these are the copies of, in the same order.
  public var copiesOf: [TaskID]
  /// Where the request made a job: that job.
  public var job: JobReceipt?
  /// Milliseconds since 1970: also when what it made was last changed by it.
  public var time: Int64
  /// The answer itself, where it isn't made of the tasks and the time.
  public var reply: KeptReply?

  /// The tasks of one request mostly have identifiers in a row: of a hundred thousand two numbers are kept.
  private var made: [Run]

  private struct Run: Hashable, Sendable {
    let first: TaskID
    var count: UInt32

    var ids: [TaskID] {
      (0..<UInt64(count)).map { TaskID(seconds: first.seconds, rest: first.rest + $0) }
    }

    static func runs(of ids: [TaskID]) -> [Run] {
      var runs: [Run] = []
      for id in ids {
        if let last = runs.last, last.count < .max, last.first.seconds == id.seconds, id.rest > last.first.rest,
          id.rest - last.first.rest == UInt64(last.count)
        {
          runs[runs.count - 1].count += 1
        } else {
          runs.append(Run(first: id, count: 1))
        }
      }
      return runs
    }
  }

  /// The answer to a request with this digest of its body, given at `time`, milliseconds since 1970.
  public init(
    body: [UInt8], tasks: [TaskID] = [], copiesOf: [TaskID] = [], time: Int64, reply: KeptReply? = nil
  ) {
    self.body = body
    self.copiesOf = copiesOf
    self.time = time
    self.reply = reply
    made = Run.runs(of: tasks)
  }

  /// Bytes that it takes, about.
  var size: Int {
    128 + body.count + 16 * made.count + 12 * copiesOf.count + (reply?.text.utf8.count ?? 0)
  }
}

/// An answer as it was sent.
public struct KeptReply: Hashable, Sendable {
  /// HTTP's number for it.
  public var status: Int
  /// The body as it was sent.
  public var text: String

  /// A reply with its HTTP status and body.
  public init(status: Int, text: String) {
    self.status = status
    self.text = text
  }
}
