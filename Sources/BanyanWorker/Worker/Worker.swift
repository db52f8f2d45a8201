import BanyanJSON
import BanyanWire
import CProcess
import Glibc
import Logging
import NIOCore
import NIOPosix

/// The network half of a worker: it talks to the server and to the keeper that holds its tasks. What to say and to
/// order is ``WorkerState``'s to decide; here it is done.
///
/// It may crash, be killed or be replaced while tasks run: the keeper goes on, and the next start takes it over.
public actor Worker {
  /// The worker, its keeper's link and its connection live on one thread: what passes between them changes none.
  static let loop: any EventLoop = NIOSingletons.posixEventLoopGroup.next()

  /// The event loop that both its connections are on.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    Self.loop.executor.asUnownedSerialExecutor()
  }

  private let configuration: WorkerConfiguration
  private let transport: any WorkerTransport
  private let log: Logger
  private let inputs: AsyncStream<Input>
  private let feed: AsyncStream<Input>.Continuation
  private let sampler: UsageSampler
  private var keeper: KeeperLink?
  private var alarm: (moment: Int64, task: Task<Void, Never>)?

  /// What the worker's state is told, one after the other: from the server, the keeper, the clock and the person.
  private enum Input: Sendable {
    case keeper(KeeperLink.Delivery)
    case server(WorkerTransportEvent)
    case serverGone(any Error)
    case drain
    case letGo
    case measured(Measurement)
    case alarm
  }

  /// A worker that does nothing before ``run()``.
  public init(_ configuration: WorkerConfiguration, transport: any WorkerTransport, log: Logger) {
    self.configuration = configuration
    self.transport = transport
    self.log = log
    let gpus = configuration.offer.gpus
    sampler = UsageSampler(
      gpus: gpus.isEmpty ? nil : GPUUse(devices: gpus, environment: configuration.environment))
    (inputs, feed) = AsyncStream.makeStream()
  }

  /// Goes a step further towards the end, for each SIGTERM: first it claims nothing more and waits for what runs; then
  /// what runs is ended with its grace and given back; then it is killed.
  public nonisolated func drain() {
    feed.yield(.drain)
  }

  /// Leaves at once; what runs goes on in the keeper, and the next start takes it over: for a restart of the service.
  public nonisolated func letGo() {
    feed.yield(.letGo)
  }

  /// Works until it is drained, unregistered or refused.
  ///
  /// Where the task that this runs in is cancelled, it lets go of the keeper, and the tasks run on in it.
  /// - Throws: ``WorkerError`` where the folder fails, ``KeeperError`` where the keeper does, and what the transport
  ///   throws for good.
  public func run() async throws -> WorkerOutcome {
    // The connection has it by now. Tasks are of the same user, and can read this process's environment.
    banyan_scrub_environment("BANYAN_TOKEN")
    let folder = StateFolder(configuration.stateFolder)
    let lock = try folder.lock()
    defer { close(lock) }
    if let owner = configuration.stateOwner { try folder.mark(owner: owner) }
    let holding = try await attach(instance: Self.freshInstance())
    var state = WorkerState(configuration, instance: holding.instance)
    state.serverIdentity = folder.serverIdentity
    do throws(WorkerError) { state.folderIdentity = try folder.identity() } catch { log.warning("\(error)") }
    state.time = banyan_wall_milliseconds()
    let now = banyan_boot_milliseconds()
    if holding.maxTasks == 0, holding.attempts.isEmpty {
      await keeper?.close()
      throw WorkerError("the limit of open files leaves no room for a single task: raise it (ulimit -Hn)")
    }
    if !holding.attempts.isEmpty { log.info("taking over \(holding.attempts.count) attempts from the keeper") }
    // Its time may be over before there is a connection.
    if let outcome = await perform(state.attached(holding, now: now)) {
      await keeper?.close()
      return outcome
    }

    let connection = Task { [transport, feed] in
      do {
        try await transport.run { feed.yield(.server($0)) }
      } catch is CancellationError {
        // Our own doing, at the end.
      } catch {
        feed.yield(.serverGone(error))
      }
    }
    let sweeping = sweepWorkFolders()
    defer {
      sweeping.cancel()
      alarm?.task.cancel()
    }
    let outcome: Swift.Result<WorkerOutcome, any Error>
    do {
      outcome = .success(try await work(&state))
    } catch {
      outcome = .failure(error)
    }
    connection.cancel()
    await connection.value
    await keeper?.close()
    return try outcome.get()
  }

  private func work(_ state: inout WorkerState) async throws -> WorkerOutcome {
    setAlarm(state.deadline)
    for await input in inputs {
      let now = banyan_boot_milliseconds()
      state.time = banyan_wall_milliseconds()
      let actions: [WorkerAction]
      switch input {
      case .keeper(.events(let events)): actions = state.happened(events, now: now)
      case .keeper(.closed):
        log.error("the keeper is gone: what it held is ended, and a new one is started")
        let holding = try await attach(instance: state.instance)
        state.time = banyan_wall_milliseconds()
        actions = state.attached(holding, now: banyan_boot_milliseconds())
      case .server(.connected): actions = state.connected(now: now)
      case .server(.disconnected(let reason)):
        log.warning("no connection to the server: \(reason)")
        actions = state.disconnected(now: now)
      case .server(.received(let messages)): actions = state.received(decode(messages), now: now)
      case .serverGone(let error): throw error
      case .drain: actions = state.drain(now: now)
      case .letGo: return .letGo(state.liveCount)
      case .measured(let measurement): actions = state.measured(measurement, now: now)
      case .alarm:
        alarm = nil
        actions = state.settle(now: now)
      }
      if let outcome = await perform(actions) { return outcome }
      setAlarm(state.deadline)
    }
    throw CancellationError()
  }

  /// Carries out what was decided. Returns the outcome where the worker is to leave.
  private func perform(_ actions: [WorkerAction]) async -> WorkerOutcome? {
    for action in actions {
      switch action {
      case .order(let orders): keeper?.send(orders)
      case .send(let messages): await send(messages)
      case .sendTails(let tails):
        for message in LogReader(folder: configuration.logs).tails(of: tails) { await send([.tails(message)]) }
      case .readLog(let request, let isLive):
        let reader = LogReader(folder: configuration.logs)
        await send([reader.answer(request, isLive: isLive)])
      case .measure(let running):
        Task { [sampler, feed] in feed.yield(.measured(await sampler.measure(running))) }
      case .note(let note): write(note)
      case .cut: await transport.cut()
      case .recordServer(let identity):
        do throws(WorkerError) {
          try StateFolder(configuration.stateFolder).record(serverIdentity: identity)
        } catch { log.error("\(error)") }
      case .leave(let outcome): return outcome
      }
    }
    return nil
  }

  private func send(_ messages: [WorkerMessage]) async {
    let bytes = messages.map { message in
      var buffer: [UInt8] = []
      message.encode(into: &buffer)
      return buffer
    }
    do {
      try await transport.send(bytes)
    } catch {
      // What was not heard is said again on the next connection.
      log.debug("not sent: \(error)")
    }
  }

  private func decode(_ messages: [[UInt8]]) -> [ServerMessage] {
    messages.compactMap { bytes in
      do {
        let node = try JSONDocument(parsing: bytes).root
        guard let message = try ServerMessage(node) else {
          log.debug("a message of a type that this worker doesn't know")
          return nil
        }
        return message
      } catch {
        log.error("a message from the server can't be read: \(error)")
        return nil
      }
    }
  }

  private func write(_ note: WorkerNote) {
    switch note.level {
    case .info: log.info("\(note.text)")
    case .warning: log.warning("\(note.text)")
    case .error: log.error("\(note.text)")
    }
  }

  // MARK: The keeper

  /// How often a keeper that ends before it has answered is followed by another.
  private static let attachAttempts = 3
  /// How long a keeper may take to answer.
  private static let attachPatience = Duration.seconds(20)

  /// Connects to the keeper, starting one where none is, and hears what it holds.
  private func attach(instance: String) async throws -> KeeperEvent.Holding {
    for _ in 0..<Self.attachAttempts {
      let (deliveries, delivery) = AsyncStream<KeeperLink.Delivery>.makeStream()
      let link = try await KeeperLink.open(
        folder: configuration.stateFolder, command: configuration.keeperCommand, loop: Self.loop,
        deliver: { event in
          delivery.yield(event)
          if case .closed = event { delivery.finish() }
        })
      link.send([.attach(instance: instance)])
      let limit = Task {
        try await Task.sleep(for: Self.attachPatience)
        await link.close()
      }
      let answer = await Self.holding(deliveries)
      limit.cancel()
      guard let (holding, rest) = answer else { continue }
      keeper = link
      if !rest.isEmpty { handOn(.events(rest)) }
      // On this actor's thread, which is the link's.
      Task { [self] in
        for await delivery in deliveries { handOn(delivery) }
      }
      return holding
    }
    throw WorkerError(
      "the keeper in \(configuration.stateFolder) doesn't answer; see \(KeeperProgram.logName) there")
  }

  private func handOn(_ delivery: KeeperLink.Delivery) { feed.yield(.keeper(delivery)) }

  /// The first thing that a keeper says, and what came in one piece with it: what it holds may end as it tells so. nil
  /// where it ends without a word.
  private static func holding(
    _ deliveries: AsyncStream<KeeperLink.Delivery>
  ) async -> (holding: KeeperEvent.Holding, rest: [KeeperEvent])? {
    for await delivery in deliveries {
      guard case .events(let events) = delivery else { return nil }
      for (index, event) in events.enumerated() {
        if case .holding(let holding) = event { return (holding, Array(events[(index + 1)...])) }
      }
    }
    return nil
  }

  private static func freshInstance() -> String {
    var random = SystemRandomNumberGenerator()
    return (0..<2).map { _ in String(random.next(), radix: 16) }.joined()
  }

  // MARK: Time

  /// Removes what is left of attempts that ended long ago, now and then.
  private func sweepWorkFolders() -> Task<Void, any Error> {
    let kept = [
      (WorkFolders(folder: configuration.work), configuration.keepWorkMilliseconds, "working folders"),
      (WorkFolders(folder: configuration.logs), configuration.keepLogsMilliseconds, "logs"),
    ]
    return Task.detached(priority: .background) { [log] in
      while true {
        for (folders, keep, what) in kept {
          let removed = folders.removeUnused(since: banyan_wall_milliseconds() - keep)
          if removed > 0 { log.info("removed the \(what) of \(removed) attempts that ended long ago") }
        }
        try await Task.sleep(for: .seconds(3600))
      }
    }
  }

  /// Lets an alarm go off at a moment of the boot clock. One that comes too early does no harm.
  private func setAlarm(_ moment: Int64?) {
    guard let moment, alarm.map({ moment < $0.moment }) ?? true else { return }
    alarm?.task.cancel()
    let wait = max(0, moment - banyan_boot_milliseconds())
    alarm = (
      moment,
      Task { [feed] in
        // Cancelled when an earlier alarm takes its place.
        guard (try? await Task.sleep(for: .milliseconds(wait))) != nil else { return }
        feed.yield(.alarm)
      }
    )
  }
}
