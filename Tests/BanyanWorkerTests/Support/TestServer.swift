import BanyanCore
import BanyanJSON
import BanyanWire
import Testing

@testable import BanyanWorker

/// A server that the test plays, behind a worker's transport. It is strict: what a worker says that can't be read, or
/// says without a connection, fails the test.
actor TestServer: WorkerTransport {
  private let events: AsyncStream<WorkerTransportEvent>
  private let feed: AsyncStream<WorkerTransportEvent>.Continuation
  private let said: AsyncStream<WorkerMessage>
  private let heard: AsyncStream<WorkerMessage>.Continuation
  private var isConnected = false
  private(set) var cuts = 0

  init() {
    (events, feed) = AsyncStream.makeStream()
    (said, heard) = AsyncStream.makeStream()
  }

  nonisolated func run(_ handle: @escaping @Sendable (WorkerTransportEvent) async -> Void) async throws {
    for await event in events { await handle(event) }
    try Task.checkCancellation()
  }

  func send(_ messages: [[UInt8]]) async throws {
    guard isConnected else { throw TestKeeper.Surprise(what: "not connected") }
    for bytes in messages {
      do {
        guard let message = try WorkerMessage(JSONDocument(parsing: bytes).root) else {
          Issue.record("a message of an unknown type")
          continue
        }
        heard.yield(message)
      } catch {
        Issue.record("a message that can't be read: \(error)")
      }
    }
  }

  func cut() { cuts += 1 }

  // MARK: What the test does

  func connect() {
    isConnected = true
    feed.yield(.connected)
  }

  func disconnect() {
    isConnected = false
    feed.yield(.disconnected("the test cut it"))
  }

  func say(_ messages: ServerMessage...) {
    feed.yield(
      .received(
        messages.map { message in
          var bytes: [UInt8] = []
          message.encode(into: &bytes)
          return bytes
        }))
  }

  /// The next message that is wanted; others, but heartbeats, claims, ends of logs, figures and a goodbye, fail the test.
  func next<Wanted: Sendable>(_ wanted: @Sendable (WorkerMessage) -> Wanted?) async throws -> Wanted {
    for await message in said {
      if let found = wanted(message) { return found }
      switch message {
      case .heartbeat, .claim, .goodbye, .tails, .usage: continue
      default: Issue.record("unexpected: \(message)")
      }
    }
    throw TestKeeper.Surprise(what: "the worker says nothing more")
  }

  func hello() async throws -> HelloMessage {
    try await next { if case .hello(let hello) = $0 { hello } else { nil } }
  }

  func claim() async throws -> ClaimMessage {
    try await next { if case .claim(let claim) = $0 { claim } else { nil } }
  }

  func started() async throws -> StartedMessage {
    try await next { if case .started(let started) = $0 { started } else { nil } }
  }

  func report() async throws -> ReportMessage {
    try await next { if case .report(let report) = $0 { report } else { nil } }
  }

  /// Lets the worker in.
  @discardableResult
  func welcome(
    from identity: String? = nil, lease: Int64 = 300_000, attached: [TaskID] = [], refused: [TaskID] = []
  ) async throws -> HelloMessage {
    connect()
    let hello = try await hello()
    say(
      .welcome(
        WelcomeMessage(
          id: hello.id, workerID: Sample.task(), serverVersion: "t", serverIdentity: identity, leaseMilliseconds: lease,
          heartbeatMilliseconds: lease / 10, attached: attached,
          refused: refused.map { .init(task: $0, reason: "not yours") })))
    return hello
  }

  /// Gives the worker tasks for its next claim.
  func assign(_ tasks: [AssignedTask]) async throws {
    let claim = try await claim()
    say(.claimed(ClaimedMessage(id: claim.id, tasks: tasks)))
  }

  func accept(_ report: ReportMessage) {
    say(
      .judged(
        JudgedMessage(kind: .reported, id: report.id, results: report.results.map { .init(task: $0.attempt.task) })))
  }
}
