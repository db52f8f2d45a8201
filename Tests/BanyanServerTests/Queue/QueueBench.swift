import BanyanCore
import BanyanStore
import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization

@testable import BanyanServer

/// A queue without sockets: its clock is moved by hand, and its disk does what the test says.
struct QueueBench: Sendable {
  let clock = ManualClock()
  let disk = ScriptedDisk()
  let queue: TaskQueue
  let feed: EventFeed
  let failures = Mailbox<StoreError>()
  let ann = Principal(user: Identifier(seconds: 1, rest: 1), name: "ann", role: .provider, isAdmin: true)
  let machines = Principal(user: Identifier(seconds: 1, rest: 2), name: "machines", role: .worker)

  /// - Parameter record: sees what is logged.
  init(
    durability: Durability = .always, lease: Int64 = 300_000, restLease: Int64 = 600_000, record: LogRecord? = nil
  ) async {
    let group = MultiThreadedEventLoopGroup.singleton
    let loop = group.next()
    var configuration = QueueConfiguration()
    configuration.lease = lease
    configuration.restLease = restLease
    var logger = Logger(label: "test") { _ in RecordingLog(record: record) }
    logger.logLevel = record == nil ? .critical : .warning
    let journal = ScriptedJournal(disk: disk)
    let committer = Committer(
      journal: journal, durability: durability, loop: disk.threads.next(), inlineLimit: .none,
      onFailure: { [failures] in failures.put($0) })
    feed = EventFeed(last: 0, loop: loop)
    let watchdog = Watchdog(clock: clock, loop: loop)
    let clock = clock
    queue = TaskQueue(
      state: Self.state(of: [ann, machines]), entropy: Entropy(seed: 1), configuration: configuration, clock: clock,
      loop: loop,
      committer: committer, feed: feed, watchdog: watchdog, usage: UsageBoard(loop: loop), logger: logger,
      onFailure: { [failures] in failures.put($0) }, onUsersChanged: { _ in })
    await watchdog.watch { [weak queue] late in queue?.assumeIsolated { $0.wake(late: late) } }
    await queue.start()
  }

  /// A queue that knows these users and nothing else.
  private static func state(of users: [Principal]) -> QueueState {
    var restoration = Restoration(sequence: 0, epoch: 0, time: 0, nextTurn: 1, nextJob: 1)
    for (number, user) in users.enumerated() {
      restoration.add(
        User(
          id: user.user, name: user.name, role: user.role, tokenHash: [UInt8](repeating: UInt8(number + 1), count: 32)))
    }
    do { return try restoration.finish() } catch { fatalError("users alone always fit: \(error)") }
  }

  static func draft(_ adjust: (inout TaskFields) -> Void = { _ in }) -> TaskDraft {
    var fields = TaskFields()
    fields.work = .shell("true")
    fields.resources = ResourceRequest()
    adjust(&fields)
    return TaskDraft(fields: fields, wantsAvailable: true)
  }

  func submit(_ drafts: TaskDraft...) async throws(Rejection) -> [TaskID] {
    guard case .submitted(let ids) = try await queue.perform(.submit(Submission(tasks: drafts, by: ann))) else {
      return []
    }
    return ids
  }

  /// A worker's socket that says hello at once.
  func worker(_ name: String = "w", instance: String = "1") async -> FakeSocket {
    let socket = connection()
    queue.hello(hello(name, instance: instance), tag: 1, from: socket)
    if case .answer(.success(.welcomed(let welcome))) = await socket.next().content {
      socket.worker.put(welcome.worker.id)
    }
    return socket
  }

  /// A worker's socket on which nothing was said yet.
  func connection() -> FakeSocket {
    let socket = FakeSocket(clock: clock)
    queue.attach(socket, user: machines.user)
    return socket
  }

  func hello(
    _ name: String = "w", instance: String = "1", running: [(task: TaskID, token: AttemptProof)] = []
  ) -> Hello {
    Hello(
      by: machines, name: name, instance: instance, offer: ResourceOffer(memoryBytes: 8 << 30, cores: 4),
      running: running)
  }
}

extension TaskQueue {
  /// A worker's first word on its socket.
  nonisolated func hello(_ hello: Hello, tag: UInt64, from recipient: any WorkerRecipient) {
    post([Posted(tag: tag, request: .command(.hello(hello)))], from: recipient)
  }
}

/// The lines of a log, taken from whatever thread.
final class LogRecord: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  func add(_ line: String) { lines.withLock { $0.append(line) } }
}

private struct RecordingLog: LogHandler {
  let record: LogRecord?
  var logLevel = Logger.Level.warning
  var metadata: Logger.Metadata = [:]
  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }
  func log(event: LogEvent) { record?.add("\(event.message)") }
}

/// A worker's socket without a network.
final class FakeSocket: WorkerRecipient {
  let connectionID = ConnectionID.next()
  let inbox = Mailbox<Delivery>()
  let worker = Mailbox<WorkerID>()
  private let clock: ManualClock
  private let heard: Mutex<Int64>
  private let open = Mutex(true)
  private let listening = Mutex(false)

  init(clock: ManualClock) {
    self.clock = clock
    heard = Mutex(clock.monotonic)
  }

  func deliver(_ deliveries: [Delivery]) {
    for delivery in deliveries {
      if case .listen = delivery.content { listening.withLock { $0 = true } } else { inbox.put(delivery) }
    }
  }
  /// The queue wants to know when it is heard again.
  var isListenedFor: Bool { listening.withLock { $0 } }
  var isOpen: Bool { open.withLock { $0 } }
  /// It has ended, and nobody told the queue yet.
  func die() { open.withLock { $0 = false } }
  func next() async -> Delivery { await inbox.take() }
  func heartbeat() { heard.withLock { $0 = clock.monotonic } }
  var lastHeard: Int64 { heard.withLock { $0 } }
  func readLog(_ request: LogRequest) async throws(Rejection) -> LogPiece {
    throw Rejection(.unavailable, "a fake socket has no logs")
  }
}

/// What somebody waits for, one thing at a time.
final class Mailbox<Value: Sendable>: Sendable {
  private let stream: AsyncStream<Value>
  private let continuation: AsyncStream<Value>.Continuation
  private let waiting = Mutex(0)

  init() { (stream, continuation) = AsyncStream.makeStream() }

  /// How many have been put and not taken.
  var count: Int { waiting.withLock { $0 } }

  func put(_ value: Value) {
    waiting.withLock { $0 += 1 }
    continuation.yield(value)
  }

  func take() async -> Value {
    var iterator = stream.makeAsyncIterator()
    guard let value = await iterator.next() else { fatalError("a mailbox never ends") }
    waiting.withLock { $0 -= 1 }
    return value
  }
}

/// Time that goes on when a test says so.
final class ManualClock: Timekeeper {
  private struct State {
    var wall: Int64 = 1_700_000_000_000
    var monotonic: Int64 = 1_000_000
    var next = 0
    var alarms: [Int: (due: Int64, loop: any EventLoop, body: @Sendable () -> Void)] = [:]
  }
  private let state = Mutex(State())

  var wall: Int64 { state.withLock { $0.wall } }
  var monotonic: Int64 { state.withLock { $0.monotonic } }

  func schedule(at monotonic: Int64, on loop: any EventLoop, _ body: @escaping @Sendable () -> Void) -> Alarm {
    let key = state.withLock { state in
      state.next += 1
      state.alarms[state.next] = (monotonic, loop, body)
      return state.next
    }
    return Alarm { [self] in state.withLock { _ = $0.alarms.removeValue(forKey: key) } }
  }

  /// Moves both clocks, and lets what is due happen, in its order and at its time; `late` moves on at once, as a
  /// machine does that was asleep.
  func advance(_ milliseconds: Int64, late: Bool = false) async {
    let end = state.withLock { state in
      if late {
        state.monotonic += milliseconds
        state.wall += milliseconds
        return state.monotonic
      }
      return state.monotonic + milliseconds
    }
    while let alarm = takeDue(by: end) {
      try? await alarm.loop.submit { alarm.body() }.get()
    }
    state.withLock { state in
      state.wall += max(0, end - state.monotonic)
      state.monotonic = max(state.monotonic, end)
    }
  }

  /// Moves the wall clock alone.
  func jump(_ milliseconds: Int64) { state.withLock { $0.wall += milliseconds } }

  private func takeDue(by end: Int64) -> (loop: any EventLoop, body: @Sendable () -> Void)? {
    state.withLock { state in
      guard let first = state.alarms.filter({ $0.value.due <= end }).min(by: { $0.value.due < $1.value.due }) else {
        return nil
      }
      state.alarms[first.key] = nil
      state.wall += max(0, first.value.due - state.monotonic)
      state.monotonic = max(state.monotonic, first.value.due)
      return (first.value.loop, first.value.body)
    }
  }
}

/// A disk that writes when it is let, and fails as it is told.
final class ScriptedDisk: Sendable {
  struct State {
    var isHeld = false
    var failure: StoreError?
    var hasRoom = true
    var committed: UInt64 = 0
    var commits = 0
    /// Commits that wait to be let.
    var waiting = 0
  }
  let state = Mutex(State())
  let gate = DispatchSemaphore(value: 0)
  /// Its own thread, since it blocks.
  let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  var committed: UInt64 { state.withLock { $0.committed } }
  var waiting: Int { state.withLock { $0.waiting } }

  /// Syncs take until ``release()``.
  func hold() { state.withLock { $0.isHeld = true } }

  func release() {
    state.withLock { $0.isHeld = false }
    gate.signal()
  }

  func fail(_ error: StoreError?) { state.withLock { $0.failure = error } }
  func setRoom(_ hasRoom: Bool) { state.withLock { $0.hasRoom = hasRoom } }

  deinit { threads.shutdownGracefully { _ in } }
}

/// The journal on such a disk. It checks that sequences have no gap.
final class ScriptedJournal: Journal {
  private let disk: ScriptedDisk
  private(set) var nextSequence: UInt64 = 1
  private(set) var durableSequence: UInt64 = 0
  let pendingBytes = 0

  init(disk: ScriptedDisk) { self.disk = disk }

  var hasRoom: Bool { disk.state.withLock { $0.hasRoom } }

  func append(count: Int, time: Int64, _ write: (inout [UInt8]) -> Void) {
    var buffer: [UInt8] = []
    write(&buffer)
    precondition(count > 0 && !buffer.isEmpty)
    nextSequence += UInt64(count)
  }

  func commit(sync: Bool) throws(StoreError) {
    let isHeld = disk.state.withLock { state in
      if state.isHeld { state.waiting += 1 }
      return state.isHeld
    }
    if isHeld {
      disk.gate.wait()
      disk.state.withLock { $0.waiting -= 1 }
    }
    if let failure = disk.state.withLock({ $0.failure }) { throw failure }
    durableSequence = nextSequence - 1
    disk.state.withLock { state in
      state.committed = durableSequence
      state.commits += 1
    }
  }

  func makeRoom() throws(StoreError) {}
  func close() throws(StoreError) { try commit(sync: true) }
}
