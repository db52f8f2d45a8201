import BanyanClient
import CProcess
import Glibc

/// The small process that holds the tasks of a worker: their parent, the subreaper of what they leave, and the witness
/// of how they ended. The worker, the half that talks to the network, may crash or be replaced while tasks run.
///
/// One thread, which waits in epoll_wait(2) for signals, its timer, the worker's orders and what the tasks print, and
/// does each at once. What to do is ``KeeperState``'s to decide.
final class Keeper {
  /// How long a keeper waits for its first worker.
  static let firstPatience: Int64 = 30_000

  let signals: Int32
  private let timer: Int32
  private let poller: Poller
  private let listener: Int32
  private let signalled: Poller.Token
  private let timeIsUp: Poller.Token
  private let knocked: Poller.Token
  let launch: Launch
  var logs: LogPump
  let kernelLog = KernelLog()
  private let kernelSpoke: Poller.Token?
  var memoryKills = MemoryKills()
  var state = KeeperState()
  var journal: KeeperJournal
  var orphans = Orphans()
  var groups: TaskGroups
  let children = ChildrenList()
  var sessions = SessionLeaders()
  private var peer: KeeperPeer?
  private var hadPeer = false
  /// Given up for a worker's connection where there is no other descriptor.
  private var spare = Keeper.spareDescriptor()
  private let firstPeerBy: Int64
  private let maxTasks: Int64
  private var lastTrouble: String?
  private var isPeerWatchedForRoom = false

  /// A keeper of the state folder that is the working directory.
  ///
  /// - Parameters:
  ///   - listener: a Unix socket that listens.
  ///   - journalPath: where it writes down what it holds.
  ///   - launch: how it starts processes.
  init(listener: Int32, journalPath: String, launch: Launch) throws(KeeperError) {
    guard banyan_become_subreaper() == 0 else {
      throw KeeperError("cannot become the subreaper: \(ErrnoText.of(errno))")
    }
    let wanted = [SIGCHLD, SIGTERM, SIGINT]
    signals = banyan_signal_descriptor(wanted, Int32(wanted.count))
    timer = banyan_timer_descriptor()
    guard signals >= 0, timer >= 0, let poller = Poller() else {
      throw KeeperError("cannot make a descriptor for signals or for time: \(ErrnoText.of(errno))")
    }
    signal(SIGHUP, SIG_IGN)
    self.listener = listener
    let flags = fcntl(listener, F_GETFL)
    if flags >= 0 { _ = fcntl(listener, F_SETFL, flags | O_NONBLOCK) }
    guard let signalled = poller.watch(signals), let timeIsUp = poller.watch(timer),
      let knocked = poller.watch(listener)
    else { throw KeeperError("cannot watch a descriptor: \(ErrnoText.of(errno))") }
    kernelSpoke = kernelLog.descriptor.flatMap { poller.watch($0.number) }
    (self.poller, self.signalled, self.timeIsUp, self.knocked) = (poller, signalled, timeIsUp, knocked)
    var launch = launch
    // Each task that runs costs two pipes, and its logs.
    launch.openFiles = max(0, banyan_raise_open_files())
    self.launch = launch
    let limit = banyan_open_files()
    maxTasks = limit < 0 ? .max : DescriptorBudget.tasks(underLimit: limit)
    logs = LogPump(poller: poller)
    firstPeerBy = banyan_boot_milliseconds() + Self.firstPatience

    let found = KeeperJournal.read(journalPath)
    if found.isForeign { KeeperMain.complain("this folder is a copy: what its journal holds is left to its keeper") }
    if found.isSameBoot { Interrupted.end(found.interrupted, groups: found.groups) }
    groups = TaskGroups()
    let time = banyan_wall_milliseconds()
    let vanished = found.interrupted.map { interrupted in
      var held = interrupted
      held.ending = AttemptEnding(process: .signalled(SIGKILL), cause: .vanished, timeTerminated: time)
      return held
    }
    state.maxTasks = maxTasks
    state.remember(found.ended + vanished, instance: found.instance, isComplete: found.isComplete)
    journal = KeeperJournal(
      path: journalPath, ended: found.ended + vanished, instance: found.instance, groups: groups.folder)
  }

  /// Works until no attempt lives and no worker is there.
  func run() {
    setTimer()
    while !isDone(now: banyan_boot_milliseconds()) { turn() }
    groups.close()
  }

  private func isDone(now: Int64) -> Bool {
    if peer != nil || state.isBusy { return false }
    return hadPeer || now >= firstPeerBy
  }

  /// Waits for something to happen, and does what follows from it.
  private func turn() {
    let ready = poller.wait()
    guard !ready.isEmpty else { return }
    if let kernelSpoke, ready.contains(kernelSpoke) { readKernelLog() }
    // Ends come before orders: a command that had finished when it was cancelled has finished.
    if ready.contains(signalled) { readSignals() }
    if ready.contains(timeIsUp) { banyan_clear_timer(timer) }
    if let peer, ready.contains(peer.token) { readOrders() }
    if ready.contains(knocked) { acceptWorker() }
    var isMore = false
    for token in ready where !logs.read(token) { isMore = true }
    for words in logs.takeTrouble() { tell(.trouble(words)) }
    // What tasks print changes nothing of what is due.
    if isMore { follow() }
    sendEvents()
  }

  private func follow() {
    perform(state.advance(now: banyan_boot_milliseconds()))
    tidy()
    setTimer()
  }

  private func sendEvents() {
    guard let peer else { return }
    if !peer.flush() { return dropPeer() }
    guard peer.hasUnsent != isPeerWatchedForRoom else { return }
    isPeerWatchedForRoom = peer.hasUnsent
    if !poller.watch(peer.descriptor, peer.token, forRoom: isPeerWatchedForRoom) { dropPeer() }
  }

  private func dropPeer() {
    if let peer { poller.close(peer.descriptor) }
    peer = nil
    spare = spare ?? Self.spareDescriptor()
  }

  private func setTimer() {
    var next = state.deadline
    if !hadPeer { next = min(next ?? firstPeerBy, firstPeerBy) }
    _ = banyan_set_timer(timer, next ?? -1)
  }

  private static func spareDescriptor() -> Descriptor? {
    let number = open("/dev/null", O_RDONLY | O_CLOEXEC)
    return number < 0 ? nil : Descriptor(owning: number)
  }

  // MARK: The worker

  /// The newest connection counts: a worker's new start takes over from the old one.
  private func acceptWorker() {
    while true {
      var number = banyan_accept(listener)
      if number < 0, errno == EMFILE || errno == ENFILE, spare != nil {
        // A worker that nobody hears would be there again at once, and for ever.
        spare = nil
        number = banyan_accept(listener)
      }
      guard number >= 0 else { return }
      let accepted = Descriptor(owning: number)
      dropPeer()
      hadPeer = true
      isPeerWatchedForRoom = false
      peer = poller.watch(number).map { KeeperPeer(descriptor: accepted, token: $0) }
    }
  }

  private func readOrders() {
    guard var isThere = peer?.receive() else { return }
    var orders = OrderQueue()
    orders.add(peer?.takeOrders() ?? [])
    while let step = orders.popFirst() {
      switch step {
      case .carryOut(let order):
        carryOut(order)
        // What was cancelled while this one was started must not begin.
        guard case .start = order, isThere else { continue }
        isThere = peer?.receive() ?? false
        orders.add(peer?.takeOrders() ?? [])
      case .pass(let order, let cause): pass(order, cause)
      case .trouble(let words): tell(.trouble(words))
      }
    }
    if !isThere { dropPeer() }
  }

  /// Its end was ordered before it was begun.
  private func pass(_ order: StartOrder, _ cause: AttemptEnding.Cause) {
    guard case .welcome = state.admits(order.key, now: banyan_boot_milliseconds()) else {
      return carryOut(.start(order))
    }
    let ending = AttemptEnding(
      process: .notStarted("it was to end before it began"), cause: cause,
      timeTerminated: banyan_wall_milliseconds())
    perform(state.refused(order, ending))
  }

  private func carryOut(_ order: KeeperOrder) {
    let now = banyan_boot_milliseconds()
    switch order {
    case .attach(let instance):
      tell(state.attach(instance: instance))
      if let instance = state.instance { journal.attached(instance: instance) }
    case .start(let order):
      start(order, now: now)
    case .end(let key, let grace, let cause):
      perform(state.end(key, graceMilliseconds: grace, cause: cause, now: now))
    case .forget(let keys):
      state.forget(keys)
      journal.forgotten(keys)
    case .heard(let sentAt, let lease):
      state.hear(sentAt: sentAt, leaseMilliseconds: lease)
    }
  }

  func tell(_ event: KeeperEvent) {
    peer?.tell(event)
  }

  // MARK: Starts

  private func start(_ order: StartOrder, now: Int64) {
    let time = banyan_wall_milliseconds()
    switch state.admits(order.key, now: now) {
    case .known:
      return
    case .tooLate:
      let ending = AttemptEnding(process: .notStarted("the lease is running out"), cause: .none, timeTerminated: time)
      return perform(state.refused(order, ending))
    case .welcome: break
    }
    guard logs.count < maxTasks else { return refuse(order, .workerFault("too many open files"), time) }
    let kept = order.afterStart
    // Whatever becomes of this keeper from here on, the next one knows that this attempt may have begun.
    guard journal.starting(kept, time: time) else {
      return refuse(order, .workerFault("the keeper \(journal.trouble ?? "has no journal")"), time)
    }
    let group = groups.make(order.key)
    let result = launch.start(order, group: group)
    if group > 0 { close(group) }
    switch result {
    case .success(let started):
      logs.add(order.key, folder: order.logFolder, limit: order.logLimit, pipes: started.pipes)
      let ticks = ProcessStat(pid: started.pid)?.startTicks
      sessions.began(order.key, leader: started.pid, startTicks: ticks)
      let start = ProcessStart(
        pid: started.pid, startTicks: ticks, timeStarted: time, workingDirectory: started.workingDirectory,
        controlGroup: groups.place(of: order.key))
      journal.started(kept, start)
      perform(state.started(order, start, now: now))
    case .failure(let refusal):
      groups.remove(order.key)
      refuse(order, refusal, time)
    }
  }

  private func refuse(_ order: StartOrder, _ refusal: LaunchRefusal, _ time: Int64) {
    switch refusal {
    case .taskFault(let words):
      perform(
        state.refused(order, AttemptEnding(process: .couldNotStart(words), cause: .none, timeTerminated: time)))
    case .workerFault(let words):
      perform(state.refused(order, AttemptEnding(process: .notStarted(words), cause: .none, timeTerminated: time)))
    }
  }

  /// What belongs to no attempt that lives is killed, and the journal is kept short.
  private func tidy() {
    let homeless = orphans.homeless(live: Set(state.live))
    if !homeless.isEmpty { ProcessEnd.killTree(homeless) }
    if let trouble = journal.trouble, trouble != lastTrouble { tell(.trouble(trouble)) }
    lastTrouble = journal.trouble
    if journal.isLong { rewriteJournal() }
  }

  private func rewriteJournal() {
    var ended: [HeldAttempt] = []
    var running: [HeldAttempt] = []
    for attempt in state.attempts.values {
      let held = HeldAttempt(order: attempt.order, start: attempt.start)
      if case .ended(let ending) = attempt.phase {
        ended.append(HeldAttempt(order: attempt.order, start: attempt.start, ending: ending))
      } else {
        running.append(held)
      }
    }
    journal.rewrite(ended: ended, running: running, instance: state.instance)
  }
}
