import BanyanCore
import BanyanStore
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The server, put together: store, queue, sessions, routes, one port. Start it with ``run(onReady:)``.
public struct Server: Sendable {
  /// What it is told.
  public let configuration: ServerConfiguration
  private let logger: Logger

  /// A server that does nothing before ``run(onReady:)``.
  /// - Parameters:
  ///   - configuration: what it is told.
  ///   - logger: where it writes what its operator should know.
  public init(configuration: ServerConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  /// What is known once the port is taken.
  public struct Ready: Sendable {
    /// Where it is reached: `http://127.0.0.1:5100`.
    public let url: String
    /// The SHA-256 digest of its certificate in hex, where it speaks TLS and nobody else vouches for it.
    public let fingerprint: String?
    /// The same for every start on this data folder, and for no other.
    public let identity: String
    /// The first users, with their tokens, if they were made just now. Nobody else is ever told a token.
    public let firstUsers: [FirstUser]
    /// What the recovery found that an operator should read.
    public let notices: [String]
  }

  /// What is known once the data folder was read, before anything is made or listened to.
  public struct Recovered: Sendable {
    /// The same for every start on this data folder, and for no other.
    public let identity: String
    /// Whether a token is that of one of its users.
    public let isKnown: @Sendable (String) -> Bool
  }

  /// A user that the server made because there was none.
  public struct FirstUser: Sendable {
    /// The user's name: `admin` or `worker`.
    public let name: String
    /// What it may do.
    public let role: BanyanCore.Role
    /// Its token, in clear: the server itself keeps nothing but its hash.
    public let token: String
  }

  /// Runs until the surrounding task is cancelled, or a signal comes where the configuration says so.
  /// - Parameter onReady: called once the port is taken.
  /// - Throws: what the store says of the data folder, what the listener says of the port.
  public func run(onReady: @escaping @Sendable (Ready) async -> Void) async throws {
    let clock = SystemTimekeeper()
    let threads = ServerThreads()
    do {
      try await run(on: threads, clock: clock, onReady: onReady)
    } catch {
      try? await threads.end()
      throw error
    }
    try await threads.end()
  }

  private func run(
    on threads: ServerThreads, clock: SystemTimekeeper,
    onReady: @escaping @Sendable (Ready) async -> Void
  ) async throws {
    let queueLoop = threads[.queue]
    let started = clock.wall
    let store = try FolderStore(path: configuration.dataFolder, files: configuration.files)
    let notice = { (words: String) in self.logger.warning("\(words)") }
    let key = try KeyFile.key(in: configuration.dataFolder, files: configuration.files, notice: notice)
    let identity = try configuration.tls.map {
      try ServerIdentity(
        $0, folder: configuration.dataFolder, host: configuration.host, now: clock.wall,
        files: configuration.files, notice: notice)
    }
    let (state, report) = try recovered(store)
    let folderIdentity = KeyFile.identity(of: key)
    try await configuration.onRecovered(
      Recovered(identity: folderIdentity) { [users = state.allUsers] token in
        let hash = TokenDigest.hash(token)
        return users.contains { $0.tokenHash == hash }
      })
    let journal = try store.openJournal()
    for notice in report.notices { logger.warning("\(notice)") }
    logger.info(
      "Restored the queue.",
      metadata: ["tasks": "\(state.view.taskCount)", "frames_behind_snapshot": "\(report.frames)"])

    let meter = RequestMeter()
    let audit = AuditLog(
      folder: configuration.dataFolder, files: configuration.files, loop: threads[.audit], clock: clock, logger: logger)
    // What was noted last is written, whichever way this ends.
    defer { audit.write() }
    let directory = UserDirectory()
    let committer = Committer(
      journal: journal, durability: configuration.durability, loop: threads[.journal], meter: meter,
      onFailure: configuration.onDiskFailure)
    let feed = EventFeed(last: state.sequence, loop: queueLoop, capacity: configuration.eventCapacity)
    let watchdog = Watchdog(clock: clock, loop: queueLoop)
    let usage = UsageBoard(loop: queueLoop)
    let tails = TailArchive(
      store: TailStore(
        folder: configuration.dataFolder + "/tails", capacity: configuration.tailBytes, files: configuration.files),
      loop: threads[.tails], logger: logger)
    let keeping = Task { await tails.run() }
    var seed = SystemRandomNumberGenerator()
    let queue = TaskQueue(
      state: state, entropy: Entropy(seed: seed.next()), configuration: configuration.queue, clock: clock,
      loop: queueLoop, committer: committer, feed: feed, watchdog: watchdog, usage: usage, logger: logger,
      observers: TaskQueue.Observers(requests: meter, audit: audit), onFailure: configuration.onDiskFailure,
      onUsersChanged: { directory.replace(with: $0) })
    await watchdog.watch { [weak queue] late in queue?.assumeIsolated { $0.wake(late: late) } }
    let snapshotter = Snapshotter(
      store: store, source: queue.snapshotSource, interval: configuration.snapshotInterval,
      last: report.snapshot?.header.sequence ?? 0,
      clock: clock, loop: threads[.snapshots], logger: logger)
    await queue.start()
    let firstUsers = try await makeFirstUsers(queue)
    await configuration.onUsersMade(firstUsers)
    // What an older format doesn't say (the numbers of jobs) is worked out at the start, and written down before long.
    let isOlder = report.snapshot.map { $0.header.writtenFormat < SnapshotHeader.format } ?? false
    await snapshotter.start(isDue: isOlder)

    let gatekeeper = Gatekeeper(
      directory: directory, limiter: LoginLimiter(now: { clock.monotonic }),
      openProvider: configuration.isOpen ? try await openProvider(queue) : nil, meter: meter)
    let forecaster = Forecaster(clock: clock, loop: threads[.forecasts]) { await queue.forecastSource() }
    let context = ServerContext(
      queue: queue, feed: feed, snapshotter: snapshotter, usage: usage, forecaster: forecaster, tails: tails,
      meter: meter, audit: audit,
      tokens: AttemptTokenMint(key: key), gatekeeper: gatekeeper, configuration: configuration, clock: clock,
      identity: folderIdentity, started: started, logger: logger)
    try await serve(context, identity, on: Self.connectionLoops(beside: queueLoop)) { url in
      await onReady(
        Ready(
          url: url, fingerprint: identity?.fingerprint, identity: folderIdentity, firstUsers: firstUsers,
          notices: report.notices))
    }

    tails.stop()
    await keeping.value
    await snapshotter.stop()
    do throws(Rejection) { _ = try await snapshotter.take() } catch {
      logger.warning("No last snapshot: \(error.message)")
    }
    try await queue.stop()
  }

  /// Where connections are read. On two processors the queue's own loop reads them all: what is won by reading beside it
  /// is less than what handing over costs. On more of them, all but the queue's.
  private static func connectionLoops(beside queue: any EventLoop) -> any EventLoopGroup {
    System.coreCount > 2 ? MultiThreadedEventLoopGroup.singleton : queue
  }

  private func recovered(_ store: FolderStore) throws(StoreError) -> (state: QueueState, report: RecoveryReport) {
    var (state, report) = try store.recoverQueue()
    state.keepFinished = configuration.keepFinished
    state.reserveAfter = configuration.reserveAfter
    state.isFair = configuration.isFair
    return (state, report)
  }

  /// Listens until it is asked to end.
  private func serve(
    _ context: ServerContext, _ identity: ServerIdentity?, on loops: any EventLoopGroup,
    onRunning: @escaping @Sendable (String) async -> Void
  ) async throws {
    let sessions = context.sessions
    var listening = Listener.Configuration(host: configuration.host, port: configuration.port)
    listening.tls = identity?.configuration
    listening.limits = configuration.socketLimits
    listening.times = configuration.times
    let listener = Listener(
      configuration: listening, policy: context.upgradePolicy,
      sockets: {
        let session = SocketSession(connection: $0, context: sessions)
        session.open()
        return session
      }, logger: logger, lookup: context.lookup, eventLoopGroup: loops)
    let service = try listener.service(responder: context.responder()) { [basePath = configuration.basePath] in
      await onRunning($0.url + basePath)
    }
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
        gracefulShutdownSignals: configuration.obeysSignals ? [.sigterm, .sigint] : [], logger: logger))
    // The end is graceful also where the surrounding task is cancelled.
    let running = Task { try await group.run() }
    try await withTaskCancellationHandler {
      try await running.value
    } onCancel: {
      Task { await group.triggerGracefulShutdown() }
    }
  }

  // MARK: Users

  /// Two users, if there are none: one who submits, one whose token workers carry.
  private func makeFirstUsers(_ queue: TaskQueue) async throws(Rejection) -> [FirstUser] {
    guard await queue.read({ $0.allUsers.isEmpty }) else { return [] }
    var made: [FirstUser] = []
    for (name, role) in [("admin", BanyanCore.Role.provider), ("worker", .worker)] {
      let token = TokenDigest.fresh()
      _ = try await queue.perform(
        .addUser(name: name, role: role, isAdmin: role == .provider, tokenHash: TokenDigest.hash(token)))
      made.append(FirstUser(name: name, role: role, token: token))
    }
    return made
  }

  /// Who asks without a token under `--open`: the first admin.
  private func openProvider(_ queue: TaskQueue) async throws -> User? {
    await queue.read { state in state.allUsers.first(where: \.isAdmin) }
  }
}
