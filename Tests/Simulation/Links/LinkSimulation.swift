import BanyanCore
import Collections

/// A queue and its connections in a bad neighbourhood, driven by one seed: connections that die, that are replaced, revoked
/// or closed between one word and the next, words that are on their way meanwhile, silences longer than a lease, a server
/// that was away itself. After every step a ``LinkWitness`` judges what was given to whom.
package struct LinkSimulation: Sendable {
  package let seed: UInt64
  package private(set) var failures: [Failure] = []
  /// How often each kind of thing happened.
  package private(set) var met: [String: Int] = [:]

  static let lease: Int64 = 10_000

  private var queue = LinkedQueue(state: QueueState())
  private var engine: any LinkEngine
  private var witness = LinkWitness()
  private var random: SplitMix
  private var entropy: Entropy
  private var monotonic: Int64 = 1_000_000
  private var users: [Principal] = []
  private var places: [Place] = []
  /// Words on their way to the queue, in the order in which they were said on each connection.
  private var mail: [(connection: ConnectionID, word: Word)] = []
  private var hellos: [UInt64: (hello: Hello, peer: SimulatedPeer)] = [:]
  private var lastConnection: UInt64 = 0
  private var lastTag: UInt64 = 0
  private var tasks: [TaskID] = []
  private var lastFolder = 0
  private var trace: [String] = []
  /// Connections that the queue wants to hear of.
  private var listened: Set<ConnectionID> = []
  /// Users that were revoked.
  private var gone: [Principal] = []
  private let ann = Principal(user: UserID(seconds: 1, rest: 1), name: "ann", role: .provider, isAdmin: true)

  /// A machine, and its connections: of the newest it believes that it stands.
  private struct Place: Sendable {
    var name: String
    var user: Int
    var instance = 1
    var peers: [SimulatedPeer] = []
    var worker: WorkerID?
    var held: [ClaimedTask] = []
    /// The state folder in which it works.
    var folder = 0
    /// Those that it left, and what runs there.
    var left: [(folder: Int, held: [ClaimedTask])] = []
  }

  private enum Word: Sendable {
    case attach(UserID)
    case ask(LinkedQueue.Request, tag: UInt64)
    case end
    case retire
    case heardAgain
  }

  package init(seed: UInt64, engine: any LinkEngine = SoundLinkEngine()) {
    self.seed = seed
    self.engine = engine
    random = SplitMix(state: seed)
    entropy = Entropy(seed: seed &* 31 &+ 11)
    queue.lease = Self.lease
    queue.restLease = Self.lease
    for number in 0..<4 { places.append(Place(name: "w\(number)", user: number % 2)) }
  }

  private var now: Moment { Moment(wall: 1_700_000_000_000 + monotonic, monotonic: monotonic) }

  // MARK: Running

  /// Runs to the end, and tells what broke; nil: nothing did.
  package mutating func run(steps: Int) -> String? {
    do throws(Rejection) { try queue.start(at: now, entropy: &entropy) } catch { return "it doesn't start: \(error)" }
    for name in ["rack", "lab"] { addUser(name) }
    for step in 0..<steps where failures.isEmpty {
      random = SplitMix(state: seed &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(step) &* 0xD6E8_FEB8_6659_FD93)
      takeStep()
      settle()
    }
    if failures.isEmpty { drain() }
    guard !failures.isEmpty else { return nil }
    return """
      seed \(seed): \(failures.map { "[\($0.check)] \($0.words)" }.joined(separator: "\n  "))
      \(trace.suffix(30).joined(separator: "\n  "))
      """
  }

  private mutating func takeStep() {
    guard let place = places.indices.randomElement(using: &random) else { return }
    switch Int.random(in: 0..<40, using: &random) {
    case 0..<6: connect(place)
    case 6..<12: claim(place)
    case 12..<18: deliver(Int.random(in: 1...6, using: &random))
    case 18..<21: end(place)
    case 21..<24: submit(Int.random(in: 1...3, using: &random))
    case 24..<28: report(place)
    case 28..<31: speak(place)
    case 31..<35: pass(Int64.random(in: 0...4_000, using: &random))
    case 35: pass(Self.lease)
    case 36: chance(0.5) ? cancel() : claimOverREST(place)
    case 37: chance(0.3) ? revoke(place) : claimOverREST(place)
    case 38: chance(0.3) ? unregister(place) : abandon()
    default: sleep()
    }
  }

  /// The end of a turn: open claims are looked at, what was done and said is judged.
  private mutating func settle() {
    witness.sample()
    engine.serve(on: &queue, at: now, entropy: &entropy)
    judge()
    witness.checkLeases(queue, at: monotonic)
    failures += witness.broken
    witness.broken = []
    for violation in queue.violations() { failures.append(Failure(.invariants, violation)) }
  }

  private mutating func judge() {
    for done in queue.drainDone() {
      guard case .success(let outcome) = done.result else { continue }
      for event in outcome.events {
        switch event {
        case .taskClaimed(let task, let attempt):
          note("given", "\(task) to \(attempt.workerID)")
          if case .claim = done.command { witness.gave(attempt.workerID, at: monotonic, lease: Self.lease) }
          witness.over.remove(attempt.workerID)
          if witness.heard[attempt.workerID] == nil { witness.hear(attempt.workerID, at: monotonic) }
          witness.require(!witness.cancelled.contains(task), .cancellation, "\(task) began, and was cancelled")
        case .workerRemoved(let worker, _, _): witness.links[worker] = nil
        default: break
        }
      }
      if case .expireFolder(let worker, let folder) = done.command {
        note("folder expired", "\(folder) of \(worker)")
        let since = witness.leftSince[Witness.LeftPlace(worker: worker, folder: folder)] ?? monotonic
        witness.require(
          monotonic - since >= Self.lease, .leases, "\(folder) of \(worker) was given up, and was heard at \(since)")
      }
      if case .expireLeases(let worker) = done.command {
        note("expired", "\(worker)")
        witness.over.insert(worker)
        witness.require(
          monotonic - (witness.heard[worker] ?? 0) >= Self.lease, .leases,
          "\(worker) was given up, and was heard at \(witness.heard[worker] ?? 0)")
      }
    }
    var closed: [ConnectionID] = []
    for letter in queue.drainLetters() {
      switch letter.content {
      case .answer(let result):
        if case .success(.claimed(let tasks)) = result {
          if !tasks.isEmpty { witness.told(letter.connection, letter.tag, of: tasks) }
          for place in places.indices where places[place].peers.last?.connectionID == letter.connection {
            if places[place].peers.last?.isOpen == true { places[place].held += tasks }
          }
        }
        if let (hello, peer) = hellos.removeValue(forKey: letter.tag) {
          witness.answered(hello, on: peer, result, at: monotonic)
          if case .success(.welcomed(let welcome)) = result {
            note("welcomed", "\(hello.name) on \(peer.connectionID.number)")
            for place in places.indices where places[place].peers.last === peer {
              places[place].worker = welcome.worker.id
              places[place].held += welcome.held
            }
          } else if case .failure(let rejection) = result {
            note("refused \(rejection.kind)", hello.name)
          }
        }
      case .close(let reason):
        note("close \(reason)", "\(letter.connection.number)")
        closed.append(letter.connection)
      case .listen:
        note("silent", "\(letter.connection.number)")
        listened.insert(letter.connection)
      default: break
      }
    }
    // The other side hears of it some time.
    for connection in closed where chance(0.5) { end(connection) }
  }

  private mutating func note(_ kind: String, _ words: String) {
    met[kind, default: 0] += 1
    trace.append("at \(monotonic): \(kind): \(words)")
  }

  private mutating func chance(_ part: Double) -> Bool { Double.random(in: 0..<1, using: &random) < part }

  // MARK: Connections

  private mutating func connect(_ place: Int) {
    lastConnection += 1
    let peer = SimulatedPeer(ConnectionID(lastConnection), at: monotonic)
    // The old one may have ended before, end later, or hang.
    if chance(0.4), let old = places[place].peers.last { end(old.connectionID) }
    if chance(0.3) {
      places[place].instance += 1
      if chance(0.5) { changeFolder(place) } else { places[place].held = [] }
    }
    places[place].peers.append(peer)
    let user = users[places[place].user]
    witness.users[peer.connectionID] = user.user
    note("connect", "\(places[place].name)#\(places[place].instance) as \(peer.connectionID.number)")
    mail.append((peer.connectionID, .attach(user.user)))
    hello(place, peer)
    if chance(0.5) { claim(place) }
    if chance(0.15) { end(place) }
  }

  /// It comes with another folder: one that it left before, with what runs there, or a new one.
  private mutating func changeFolder(_ place: Int) {
    let leaving = (folder: places[place].folder, held: places[place].held)
    if chance(0.5), let known = places[place].left.indices.randomElement(using: &random) {
      (places[place].folder, places[place].held) = places[place].left.remove(at: known)
    } else {
      lastFolder += 1
      (places[place].folder, places[place].held) = (lastFolder, [])
    }
    places[place].left.append(leaving)
    note("folder", "\(places[place].name) works in \(places[place].folder)")
  }

  private mutating func hello(_ place: Int, _ peer: SimulatedPeer) {
    lastTag += 1
    let name = chance(0.9) ? places[place].name : "other"
    let hello = Hello(
      by: users[places[place].user], name: name, instance: "\(places[place].instance)",
      folder: "\(places[place].folder)", offer: ResourceOffer(memoryBytes: 1 << 33, cores: 4),
      running: places[place].held.map { ($0.id, $0.proof) })
    hellos[lastTag] = (hello, peer)
    mail.append((peer.connectionID, .ask(.hello(hello), tag: lastTag)))
  }

  private mutating func claim(_ place: Int) {
    // Also by one that it has left behind: what it said may come late.
    guard let peer = chance(0.8) ? places[place].peers.last : places[place].peers.randomElement(using: &random) else {
      return
    }
    if chance(0.1) { hello(place, peer) }
    lastTag += 1
    // Whoever knows its number from before may claim behind its hello, in one write.
    guard let worker = places[place].worker else { return }
    peer.hear(at: monotonic)
    let claim = Claim(
      worker: worker, max: Int.random(in: 1...3, using: &random),
      task: chance(0.1) ? tasks.randomElement(using: &random) : nil)
    mail.append((peer.connectionID, .ask(.claim(claim, waits: chance(0.7)), tag: lastTag)))
  }

  private mutating func end(_ place: Int) {
    guard let peer = places[place].peers.randomElement(using: &random) else { return }
    if chance(0.3) {
      note("closes", "\(peer.connectionID.number)")
      peer.end()
      mail.append((peer.connectionID, .retire))
    }
    end(peer.connectionID)
  }

  private mutating func end(_ connection: ConnectionID) {
    note("ends", "\(connection.number)")
    places.flatMap(\.peers).first { $0.connectionID == connection }?.end()
    mail.append((connection, .end))
  }

  private mutating func speak(_ place: Int) {
    for peer in places[place].peers { peer.hear(at: monotonic) }
    for peer in places[place].peers where peer.isOpen && listened.remove(peer.connectionID) != nil {
      mail.append((peer.connectionID, .heardAgain))
    }
  }

  /// Some of what is on its way arrives: of each connection in its order.
  private mutating func deliver(_ count: Int) {
    for _ in 0..<count {
      guard let connection = mail.map(\.connection).randomElement(using: &random),
        let index = mail.firstIndex(where: { $0.connection == connection })
      else { return }
      witness.sample()
      switch mail.remove(at: index).word {
      case .attach(let user):
        guard let peer = places.flatMap(\.peers).first(where: { $0.connectionID == connection }) else { continue }
        engine.attach(peer, user: user, on: &queue)
      case .ask(let request, let tag):
        trace.append("at \(monotonic): \(connection.number) asks \(tag): \(request)".prefix(200).description)
        if case .claim = request { witness.newest[connection] = tag }
        engine.receive(request, tag: tag, from: connection, on: &queue, at: now, entropy: &entropy)
      case .end: engine.detach(connection, on: &queue)
      case .retire: queue.retire(connection)
      case .heardAgain: queue.heardAgain(connection)
      }
      judge()
    }
  }

  // MARK: Work

  private mutating func perform(_ command: Command) -> Rejection? {
    witness.sample()
    do throws(Rejection) { try engine.perform(command, on: &queue, at: now, entropy: &entropy) } catch {
      judge()
      return error
    }
    return nil
  }

  private mutating func submit(_ count: Int) {
    let drafts = (0..<count).map { _ in
      var fields = TaskFields()
      fields.work = .shell("true")
      fields.resources = ResourceRequest()
      fields.maxLossCount = 1000
      fields.onLostContact = chance(0.2) ? .continue : .stop
      return TaskDraft(fields: fields, wantsAvailable: true)
    }
    do throws(Rejection) {
      if case .submitted(let made) = try queue.perform(
        .submit(Submission(tasks: drafts, by: ann)), at: now, entropy: &entropy)
      {
        tasks += made
      }
    } catch { failures.append(Failure(.permissions, "\(error.message)")) }
  }

  private mutating func report(_ place: Int) {
    guard let peer = places[place].peers.last, let worker = places[place].worker,
      let task = places[place].held.popLast()
    else { return }
    peer.hear(at: monotonic)
    lastTag += 1
    let report = AttemptReport(
      task: task.id, token: task.proof, state: .terminated, exitStatus: ExitStatus.success, timeTerminated: monotonic)
    mail.append((peer.connectionID, .ask(.command(.report(worker, [report])), tag: lastTag)))
  }

  /// One request cancels all that it names before any of them begins.
  private mutating func cancel() {
    judge()
    let named = tasks.filter { queue.state.record($0)?.state == .available }
    witness.cancelled.formUnion(named)
    if perform(.cancel(named, grace: nil, by: ann)) == nil { note("cancel", "\(named.count)") }
    judge()
  }

  private mutating func claimOverREST(_ place: Int) {
    // One whose token was revoked meanwhile may have been let in before.
    let user = chance(0.3) ? gone.randomElement(using: &random) ?? users[places[place].user] : users[places[place].user]
    guard let task = tasks.first(where: { queue.state.record($0)?.state == .available }) else { return }
    witness.sample()
    for worker in queue.state.workerIDs(of: user.user) where queue.connection(of: worker) == nil {
      witness.hear(worker, at: monotonic)
    }
    engine.heard(user: user.user, on: &queue, at: now)
    if chance(0.2) { return }
    var patch = TaskPatch(task: task)
    patch.state = .running
    patch.execution = ExecutionPatch(workerID: user.user, token: .none)
    if perform(.update([patch], by: user)) == nil {
      note("REST", "\(task)")
      witness.require(!witness.revoked.contains(user.user), .links, "a revoked worker claimed over REST")
      witness.hear(user.user, at: monotonic)
    }
  }

  private mutating func abandon() {
    let running = tasks.filter { queue.state.record($0)?.state == .running }
    guard let task = running.randomElement(using: &random), let worker = queue.state.record(task)?.workerID else {
      return
    }
    // Its worker may be gone with it.
    let left = witness.leftSince(of: task, on: worker, queue)
    guard perform(.abandon(task, by: ann)) == nil else { return }
    note("abandon", "\(task)")
    let last = left ?? witness.heard[worker] ?? 0
    witness.require(
      monotonic - last >= Self.lease, .permissions, "\(task) was given up, and its worker was heard at \(last)")
  }

  // MARK: Orders

  private mutating func addUser(_ name: String) {
    _ = perform(
      .addUser(name: name, role: .worker, tokenHash: (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }))
    guard let user = queue.state.allUsers.last else { return }
    let principal = Principal(user: user.id, name: user.name, role: .worker)
    if let place = users.firstIndex(where: { $0.name == name }) {
      users[place] = principal
    } else {
      users.append(principal)
    }
  }

  private mutating func revoke(_ place: Int) {
    let user = users[places[place].user]
    guard perform(.revokeUser(user.user)) == nil else { return }
    note("revoke", user.name)
    gone.append(user)
    witness.revoke(user.user)
    judge()
    // What still comes for the old one comes late; the machines get tokens of a new one.
    addUser(user.name)
    for place in places.indices where users[places[place].user].name == user.name {
      places[place].worker = nil
      places[place].held = []
    }
  }

  private mutating func unregister(_ place: Int) {
    guard let worker = places[place].worker else { return }
    if perform(.unregisterWorker(worker, requeue: true, by: ann)) == nil { note("unregister", places[place].name) }
    judge()
    // Under another name it may come again.
    places[place].name += "x"
    places[place].worker = nil
    places[place].held = []
  }

  // MARK: Time

  /// Time goes on, and the queue is woken at its alarms.
  private mutating func pass(_ span: Int64) {
    let end = monotonic + span
    while let alarm = queue.alarm, alarm <= end {
      monotonic = max(monotonic, alarm)
      wake(late: 0)
      if !failures.isEmpty { return }
    }
    monotonic = end
    wake(late: 0)
  }

  /// The server was away itself: it grants one more lease.
  private mutating func sleep() {
    witness.sample()
    let running = witness.heard.filter { $0.value + Self.lease > monotonic }.keys
    let left = witness.leftSince.filter { $0.value + Self.lease > monotonic }.keys
    monotonic += Self.lease * 2
    for place in left { witness.leftSince[place] = monotonic }
    for worker in running { witness.hear(worker, at: monotonic) }
    wake(late: Self.lease)
    note("away", "")
  }

  private mutating func wake(late: Int64) {
    witness.sample()
    _ = queue.wake(late: late, at: now, entropy: &entropy)
    judge()
  }

  // MARK: The end

  /// The faults are over: whatever waits is given to one that speaks and listens.
  private mutating func drain() {
    for place in places.indices { for peer in places[place].peers { end(peer.connectionID) } }
    deliver(mail.count)
    settle()
    pass(Self.lease * 2)
    settle()
    for task in tasks where queue.state.record(task)?.state == .running { _ = perform(.abandon(task, by: ann)) }
    pass(3_600_000)
    lastConnection += 1
    let peer = SimulatedPeer(ConnectionID(lastConnection), at: monotonic)
    places.append(Place(name: "last", user: 0, peers: [peer]))
    let place = places.count - 1
    witness.users[peer.connectionID] = users[0].user
    mail.append((peer.connectionID, .attach(users[0].user)))
    for _ in 0..<300 where failures.isEmpty {
      if places[place].worker == nil { hello(place, peer) }
      peer.hear(at: monotonic)
      lastTag += 1
      if let worker = places[place].worker {
        mail.append((peer.connectionID, .ask(.claim(Claim(worker: worker, max: 100), waits: true), tag: lastTag)))
      }
      deliver(mail.count)
      settle()
      while !places[place].held.isEmpty { report(place) }
      deliver(mail.count)
      settle()
      if tasks.allSatisfy({ queue.state.record($0)?.state.isEnded ?? true }) { return }
    }
    let left = tasks.filter { queue.state.record($0)?.state.isEnded == false }
    if failures.isEmpty { failures.append(Failure(.progress, "\(left.count) tasks never end: \(left)")) }
  }
}
