import BanyanCore

/// Somebody who sees only what befalls connections, what is asked on them and what they are told, and who has never seen
/// how the queue keeps its links: what holds of each claim and each lease follows from those histories.
struct LinkWitness: Sendable {
  struct Name: Hashable, Sendable {
    var user: UserID
    var name: String
  }

  struct Link: Sendable {
    var peer: SimulatedPeer
    var instance: String
  }

  /// The connection that last said hello under a name, until it was replaced, revoked or unregistered.
  var links: [WorkerID: Link] = [:]
  var workers: [Name: WorkerID] = [:]
  /// Under which name a connection was welcomed.
  var spokenFor: [ConnectionID: String] = [:]
  var users: [ConnectionID: UserID] = [:]
  /// The newest claim of each connection.
  var newest: [ConnectionID: UInt64] = [:]
  /// When a worker was last heard, or was granted a lease.
  var heard: [WorkerID: Int64] = [:]
  /// Workers that were given up on, and got nothing since: what they hold runs on without a lease.
  var over: Set<WorkerID> = []
  /// The folder in which a worker said that it works.
  var folders: [WorkerID: String] = [:]
  /// When a worker was last heard that works in another folder by now, or was granted a lease there.
  var leftSince: [Witness.LeftPlace: Int64] = [:]
  var revoked: Set<UserID> = []
  /// Tasks whose cancellation was answered: none of them may begin.
  var cancelled: Set<TaskID> = []
  var broken: [Failure] = []

  mutating func require(_ holds: Bool, _ check: Check, _ words: String) {
    if !holds { broken.append(Failure(check, words)) }
  }

  /// Takes note of what each link has let be heard, before anything changes.
  mutating func sample() {
    for (worker, link) in links { hear(worker, at: link.peer.lastHeard) }
  }

  mutating func hear(_ worker: WorkerID, at time: Int64) { heard[worker] = max(heard[worker] ?? time, time) }

  /// Somebody was given something by a claim.
  mutating func gave(_ worker: WorkerID, at now: Int64, lease: Int64) {
    guard let link = links[worker] else {
      return require(false, .links, "\(worker) was given something, and nobody speaks for it")
    }
    require(
      link.peer.isOpen, .links, "\(worker) was given something on \(link.peer.connectionID.number), which has ended")
    require(
      now - (heard[worker] ?? 0) < lease, .links,
      "\(worker) was given something at \(now), and was last heard at \(heard[worker] ?? 0)")
  }

  /// A claim was answered with tasks.
  mutating func told(_ connection: ConnectionID, _ tag: UInt64, of tasks: [ClaimedTask]) {
    guard let worker = tasks.first?.attempt.workerID else { return }
    require(
      links[worker]?.peer.connectionID == connection, .links,
      "\(connection.number) is told what \(worker) was given, and doesn't speak for it")
    require(
      newest[connection] == tag, .links,
      "the claim \(tag) of \(connection.number) was served, and \(newest[connection] ?? 0) had replaced it")
  }

  /// A hello was answered: judges whether, and has the connection of one that is welcome speak for its worker.
  mutating func answered(
    _ hello: Hello, on peer: SimulatedPeer, _ result: Result<Answer, Rejection>, at now: Int64
  ) {
    let connection = peer.connectionID
    switch result {
    case .success(.welcomed(let welcome)):
      let worker = welcome.worker.id
      require(
        spokenFor[connection] == nil || spokenFor[connection] == hello.name, .links,
        "\(connection.number) speaks for \(spokenFor[connection] ?? "") and for \(hello.name)")
      require(!revoked.contains(hello.by.user), .links, "a revoked user was welcomed")
      require(peer.isOpen, .links, "\(connection.number) was welcomed, and had ended")
      spokenFor[connection] = hello.name
      workers[Name(user: hello.by.user, name: hello.name)] = worker
      links[worker] = Link(peer: peer, instance: hello.instance)
      if let folder = hello.folder {
        if let former = folders[worker], former != folder {
          leftSince[Witness.LeftPlace(worker: worker, folder: former)] = heard[worker] ?? now
        }
        leftSince[Witness.LeftPlace(worker: worker, folder: folder)] = nil
        folders[worker] = folder
      }
      heard[worker] = now
      over.remove(worker)
    case .failure(let rejection) where rejection.kind == .conflict:
      let link = workers[Name(user: hello.by.user, name: hello.name)].flatMap { links[$0] }
      require(
        link?.peer.isOpen == true && link?.instance != hello.instance, .links,
        "\(hello.name) is refused as connected already, and nobody of that name is")
    default: break
    }
  }

  mutating func revoke(_ user: UserID) {
    revoked.insert(user)
    for (worker, link) in links where users[link.peer.connectionID] == user { links[worker] = nil }
  }

  /// When it was last heard of an attempt that was left behind in a folder; nil: it is where its worker is.
  func leftSince(of task: TaskID, on worker: WorkerID, _ queue: LinkedQueue) -> Int64? {
    guard let folder = queue.state.worker(worker)?.record.folderLeft(with: task) else { return nil }
    return leftSince[Witness.LeftPlace(worker: worker, folder: folder)]
  }

  /// What has to hold of leases at any time when all that was due has been done.
  mutating func checkLeases(_ queue: LinkedQueue, at now: Int64) {
    for worker in queue.state.holdingWorkers {
      guard let heard = heard[worker] else {
        require(false, .leases, "\(worker) holds something and was never heard")
        continue
      }
      for task in queue.state.worker(worker)?.live ?? [] {
        guard let since = leftSince(of: task, on: worker, queue) else { continue }
        let end = since + LinkSimulation.lease
        require(
          end > now || queue.state.record(task)?.spec.onLostContact == .continue, .leases,
          "\(task) was left behind, last heard of at \(since), and is still held at \(now)")
        require(
          end <= now || (queue.alarm ?? .max) <= end, .leases,
          "the lease of a folder ends at \(end), the alarm is set for \(queue.alarm.map { "\($0)" } ?? "never")")
      }
      let end = heard + LinkSimulation.lease
      if end > now {
        // One that was heard again has nothing that its silence could end.
        if over.contains(worker) { continue }
        require(
          (queue.alarm ?? .max) <= end, .leases,
          "the lease of \(worker) ends at \(end), the alarm is set for \(queue.alarm.map { "\($0)" } ?? "never")")
        continue
      }
      for task in queue.state.worker(worker)?.live ?? [] where leftSince(of: task, on: worker, queue) == nil {
        require(
          queue.state.record(task)?.spec.onLostContact == .continue, .leases,
          "\(worker) was last heard at \(heard), and still holds \(task) at \(now)")
      }
    }
  }
}
