/// Who is connected, and for whom it speaks.
extension LinkedQueue {
  /// A connection stands, and speaks for a user. One whose user was revoked meanwhile is closed.
  public mutating func attach(_ peer: any Peer, user: UserID) {
    connections[peer.connectionID] = Connection(peer: peer, user: user)
    if state.users[user] == nil { close(peer.connectionID, .revoked) }
  }

  /// A connection has ended. Its worker's leases run on.
  public mutating func detach(_ connection: ConnectionID) {
    unlink(connection)
    connections[connection] = nil
  }

  /// A connection is closing, from either side: what is under way is answered, and nothing more is given to it.
  public mutating func retire(_ connection: ConnectionID) {
    connections[connection]?.isClosed = true
    unlink(connection)
  }

  /// The connection that speaks for a worker; nil: it has none.
  public func connection(of worker: WorkerID) -> ConnectionID? { links[worker]?.connection }

  /// Workers that have a link.
  public var connectedWorkers: some Collection<WorkerID> & Sendable { links.keys }

  /// When a worker was last heard, milliseconds on the monotonic clock; nil: not since the server started.
  public func lastHeard(_ worker: WorkerID) -> Int64? {
    let link = links[worker].flatMap { connections[$0.connection]?.peer.lastHeard }
    return [link, leases.lastHeard(worker)].compactMap { $0 }.max()
  }

  /// The server closes a connection.
  mutating func close(_ connection: ConnectionID, _ reason: Letter.Closing) {
    retire(connection)
    tell(connection, .close(reason))
  }

  /// Takes the link, and what waits behind it, from a connection. Its worker keeps what it holds.
  private mutating func unlink(_ connection: ConnectionID) {
    guard let known = connections[connection], let worker = known.worker?.id else { return }
    // Nobody is there to be answered.
    if claims[worker]?.connection == connection { removeOpenClaim(of: worker) }
    guard links[worker]?.connection == connection else { return }
    leases.heard(worker, at: known.peer.lastHeard, length: leaseLength(of: worker))
    links[worker] = nil
    state.miss(worker)
  }

  mutating func revoke(_ user: UserID) {
    revoked.insert(user)
    for connection in connections.filter({ $0.value.user == user }).keys.sorted() { close(connection, .revoked) }
  }

  // MARK: Hello

  /// A worker's first word on its connection. The link is made in the turn in which it is decided: there is no time in which
  /// the worker counts as connected and nobody would take the link away.
  mutating func greet(
    _ hello: Hello, tag: UInt64, from connection: ConnectionID, at now: Moment, entropy: inout Entropy
  ) {
    var cancelling: [Cancellation] = []
    let result = result { queue throws(Rejection) in
      let replaced = try queue.judge(hello, on: connection)
      let answer = try queue.perform(.hello(hello), at: now, entropy: &entropy)
      if case .welcomed(let welcome) = answer {
        if let replaced { queue.close(replaced, .replaced) }
        queue.link(welcome.worker, hello, to: connection, at: now)
        cancelling = welcome.cancelling
      }
      return answer
    }
    answer(connection, tag: tag, result)
    if !cancelling.isEmpty { tell(connection, .cancel(cancelling)) }
  }

  /// Whether a connection may speak for this worker.
  /// - Returns: the link that it takes the place of.
  private func judge(_ hello: Hello, on connection: ConnectionID) throws(Rejection) -> ConnectionID? {
    guard let known = connections[connection], known.isServed else {
      throw Rejection(.unavailable, "The connection is closing.")
    }
    guard known.user == hello.by.user, known.worker?.name.isSame(as: hello.name) ?? true else {
      throw .field(
        "name",
        "this connection speaks for the worker \(known.worker?.name ?? "of another user"); say hello as \(hello.name) on a connection of its own"
      )
    }
    guard let worker = state.workerID(named: hello.name, user: hello.by.user), let link = links[worker],
      link.connection != connection
    else { return nil }
    // One that has ended, and whose end is on its way here, is no longer in the way.
    guard link.instance.isSame(as: hello.instance) || connections[link.connection]?.isServed != true else {
      throw Rejection(
        .conflict, "A worker named \(hello.name) is connected already; give this one another name (--name).")
    }
    return link.connection
  }

  /// What is wrong with the state and the links, in words; empty: nothing is.
  public func violations() -> [String] {
    state.violations()
      + links.keys.compactMap { worker in
        guard let entry = state.workers[worker], !entry.isPresent, !entry.isOutOfContact else { return nil }
        return "the worker \(worker) has a link and is taken for absent"
      }
  }

  private mutating func link(_ worker: WorkerRecord, _ hello: Hello, to connection: ConnectionID, at now: Moment) {
    // It was being unregistered, and lost the last of what it held by this very word.
    guard state.workers[worker.id] != nil else { return close(connection, .unregistered) }
    connections[connection]?.worker = (worker.id, hello.name)
    links[worker.id] = Link(connection: connection, instance: hello.instance)
    // The end of a link that this one replaces has said otherwise.
    state.heard(worker.id, isConnected: true)
    leases.heard(worker.id, at: now.monotonic, length: leaseLength(of: worker.id))
    if let order = worker.unregistering { tell(connection, .deregister(deadline: order.deadline)) }
  }
}
