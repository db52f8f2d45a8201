import Collections
import NIOCore

/// The requests of one connection on their way from the socket to their answers: which message is read next, what was
/// asked under which tag, in which order answers leave, and whether the socket is read on. It does no I/O: a session tells
/// it what happened, and does what ``drain()`` says.
///
/// | intake    | a message that comes | ``next()``                       | the socket is read |
/// |-----------|----------------------|----------------------------------|--------------------|
/// | `open`    | waits in the backlog | the oldest one, unless full      | unless full        |
/// | `parsing` | waits in the backlog | none: a long one is parsed       | no                 |
/// | `held`    | waits in the backlog | none: one has to be answered     | no                 |
/// | `closed`  | is dropped           | none                             | no                 |
///
/// | from      | by                                   | to        |
/// |-----------|--------------------------------------|-----------|
/// | `open`    | ``next()`` with a long message       | `parsing` |
/// | `parsing` | ``endParsing()``                     | `open`    |
/// | `open`    | ``hold()``                           | `held`    |
/// | `held`    | ``release()``                        | `open`    |
/// | any       | ``close()``                          | `closed`  |
///
/// It is full while what was asked and isn't answered costs more than ``maxBytes``: however slow the disk, a client that
/// doesn't wait for its answers costs bounded memory. After ``end(dropsBacklog:)`` what comes is dropped, and what came
/// before is still done.
struct RequestPipeline<Request: Sendable>: Sendable {
  /// Whether messages are taken up.
  enum Intake: Hashable, CaseIterable, Sendable { case open, parsing, held, closed }

  /// A message whose turn has come.
  enum Next {
    case parseHere(ByteBuffer)
    /// It is long: others would wait for it on the connection's event loop. Ends by ``RequestPipeline/endParsing()``.
    case parseElsewhere(ByteBuffer)
  }

  /// A request that the queue was asked.
  struct Pending: Sendable {
    var request: Request
    /// nil: its answer keeps no order, or there is none.
    var place: AnswerQueue.Place?
    /// When it was asked, as the session's clock said.
    var since: UInt64
    /// What it counts against ``RequestPipeline/maxBytes``.
    fileprivate var cost: Int
  }

  /// What the session has to do.
  struct Effects: Sendable {
    /// What the queue is asked, in order.
    var requests: [TaskQueue.Posted]
    /// What the connection is sent, in order.
    var messages: [[UInt8]]
    /// Whether the socket is read.
    var reads: Bool
  }

  /// Bytes of unanswered requests from which on nothing more is read. One request may be as large as a message can be.
  static var maxBytes: Int { SocketLimits.maxMessageBytes }
  /// Bytes of a message that takes more than a millisecond to be parsed.
  static var longMessage: Int { 128 << 10 }
  /// Bytes that a request costs beside its text.
  private static var overhead: Int { 256 }

  private(set) var intake = Intake.open
  /// Nothing new is taken up any more.
  private(set) var isEnding = false
  /// Bytes of the message whose turn it is.
  private(set) var size = 0
  private var backlog: Deque<ByteBuffer> = []
  private var pending: [UInt64: Pending] = [:]
  private var nextTag: UInt64 = 1
  /// Of all that is pending.
  private var cost = 0
  private var answers = AnswerQueue()
  private var requests: [TaskQueue.Posted] = []

  private var isFull: Bool { cost >= Self.maxBytes }

  // MARK: Messages

  /// The socket brought these.
  mutating func receive(_ messages: [ByteBuffer]) {
    guard intake != .closed, !isEnding else { return }
    backlog.append(contentsOf: messages)
  }

  /// The message whose turn it is; nil: there is none, or it has to wait.
  mutating func next() -> Next? {
    guard intake == .open, !isFull, let message = backlog.popFirst() else { return nil }
    size = message.readableBytes
    guard size > Self.longMessage else { return .parseHere(message) }
    intake = .parsing
    return .parseElsewhere(message)
  }

  /// A long message is parsed.
  /// - Returns: whether it is to be handled; false: the connection has ended meanwhile.
  mutating func endParsing() -> Bool {
    guard intake == .parsing else { return false }
    intake = .open
    return true
  }

  /// What follows has to wait, for what it means or costs depends on the request at hand.
  mutating func hold() { if intake == .open { intake = .held } }

  /// What follows may go on.
  mutating func release() { if intake == .held { intake = .open } }

  // MARK: Requests

  /// Asks the queue something.
  /// - Parameters:
  ///   - request: what the session has to know when the answer comes.
  ///   - inTurn: the answer leaves in the order of the requests.
  ///   - time: now, in the unit that the session measures in.
  /// - Returns: the tag of the answer.
  @discardableResult
  mutating func ask(_ question: TaskQueue.Request, as request: Request, inTurn: Bool = true, at time: UInt64) -> UInt64
  {
    ask(question, as: request, place: inTurn ? reserve() : nil, at: time)
  }

  /// Asks the queue something that is answered at a place which is reserved already.
  @discardableResult
  mutating func ask(
    _ question: TaskQueue.Request, as request: Request, place: AnswerQueue.Place?, at time: UInt64
  ) -> UInt64 {
    let tag = nextTag
    nextTag += 1
    let asked = Pending(request: request, place: place, since: time, cost: size + Self.overhead)
    cost += asked.cost
    pending[tag] = asked
    requests.append(TaskQueue.Posted(tag: tag, request: question))
    return tag
  }

  /// Tells the queue something that has no answer of its own.
  mutating func post(_ posted: TaskQueue.Posted) { requests.append(posted) }

  /// The queue has answered a request, which no longer counts.
  /// - Returns: nil if nothing was asked under this tag, or it was answered before.
  mutating func settle(_ tag: UInt64) -> Pending? {
    guard let settled = pending.removeValue(forKey: tag) else { return nil }
    cost -= settled.cost
    return settled
  }

  // MARK: Answers

  /// A place for the answer to the request at hand.
  mutating func reserve() -> AnswerQueue.Place { answers.reserve() }

  /// Whether the answer of a place was among the messages that were drained.
  func hasLeft(_ place: AnswerQueue.Place) -> Bool { answers.hasLeft(place) }

  /// Answers in the order of the requests; without a place at once, past those that wait for theirs.
  mutating func answer(_ place: AnswerQueue.Place?, _ text: [UInt8]) {
    guard let place else { return answers.push(text) }
    answers.fill(place, with: text)
  }

  /// Answers the request at hand, which asks the queue nothing.
  mutating func answer(_ text: [UInt8]) { answer(reserve(), text) }

  /// Sends what nobody asked for, or what may overtake other answers.
  mutating func push(_ text: [UInt8]) { answers.push(text) }

  /// Takes what is to be done now.
  mutating func drain() -> Effects {
    defer { requests = [] }
    return Effects(requests: requests, messages: answers.drain(), reads: intake == .open && !isFull)
  }

  // MARK: The end

  /// The connection is to be closed once what came is answered.
  /// - Parameter dropsBacklog: what came and wasn't taken up is not done either.
  mutating func end(dropsBacklog: Bool = false) {
    isEnding = true
    if dropsBacklog { backlog = [] }
  }

  /// All that came is done, and no answer is awaited that the end has to wait for.
  func isSettled(except mayWait: (Request) -> Bool) -> Bool {
    backlog.isEmpty && intake != .parsing && pending.values.allSatisfy { mayWait($0.request) }
  }

  /// The connection has ended: what came is dropped, and nothing more is done.
  mutating func close() {
    intake = .closed
    backlog = []
  }
}
