import BanyanCore
import BanyanWire

/// Who is connected, and what they ask.
extension TaskQueue {
  /// What a connection asks for.
  enum Request: Sendable {
    case command(Command)
    /// Like ``Command/claim(_:)``, but stays open until something fits or ``endWait`` comes.
    case waitingClaim(Claim)
    /// Answers the connection's open claim with no tasks, if it has this tag still.
    case endWait(tag: UInt64)
    /// Of what a claim was given this could not be told: its connection closes, or the answer would be too large. It goes
    /// back, unless its worker is back on another connection.
    case untold(WorkerID, [AttemptReport])
    /// The queue at this turn.
    case view
  }

  /// A request, and what its asker calls it.
  struct Posted: Sendable {
    var tag: UInt64
    var request: Request
  }

  /// What a connection brought, in order. Answers are delivered to the recipient with the tags.
  nonisolated func post(_ batch: [Posted], from recipient: any Recipient) {
    let posted = RequestMeter.now()
    loop.execute {
      self.assumeIsolated { queue in
        queue.observers.requests.spent(RequestMeter.now() &- posted, on: .queueing)
        for posted in batch { queue.handle(posted, from: recipient) }
        queue.endTurn()
      }
    }
  }

  private func handle(_ posted: Posted, from recipient: any Recipient) {
    let request: LinkedQueue.Request
    switch posted.request {
    case .command(let command): request = .command(command)
    case .waitingClaim(let claim): request = .claim(claim, waits: true)
    case .endWait(let tag): request = .endWait(tag: tag)
    case .untold(let worker, let reports): request = .untold(worker, reports)
    case .view:
      return outbox.add(Delivery(tag: posted.tag, content: .view(state.view)), to: recipient, after: state.sequence)
    }
    withFigures { queue in
      queue.linked.receive(
        request, tag: posted.tag, from: recipient.connectionID, at: queue.now, entropy: &queue.entropy)
    }
    carry(to: recipient)
  }

  /// A connection speaks for a user; it is closed when the user is revoked.
  nonisolated func attach(_ recipient: any Recipient, user: UserID) {
    onLoop { queue in
      queue.recipients[recipient.connectionID] = recipient
      queue.linked.attach(recipient, user: user)
      queue.carry()
      queue.endTurn()
    }
  }

  /// A connection is gone. Its worker's leases run on.
  nonisolated func detach(_ recipient: any Recipient) {
    onLoop { queue in
      queue.linked.detach(recipient.connectionID)
      queue.recipients[recipient.connectionID] = nil
      queue.carry()
      queue.endTurn()
    }
  }

  /// A connection closes: nothing more is given to it.
  nonisolated func retire(_ recipient: any Recipient) {
    onLoop { queue in
      queue.linked.retire(recipient.connectionID)
      queue.carry()
      queue.endTurn()
    }
  }

  /// A connection was heard that had been silent for long: its claim may be served again.
  nonisolated func heardAgain(_ recipient: any Recipient) {
    onLoop { queue in
      queue.linked.heardAgain(recipient.connectionID)
      queue.endTurn()
    }
  }

  nonisolated func onLoop(_ body: @escaping @Sendable (isolated TaskQueue) -> Void) {
    loop.execute { self.assumeIsolated { body($0) } }
  }

  /// The workers whose sockets are open.
  var connectedWorkers: Set<WorkerID> { Set(linked.connectedWorkers) }

  /// The socket of a worker, for asking it for a log.
  func session(of worker: WorkerID) -> (any WorkerRecipient)? {
    linked.connection(of: worker).flatMap { recipients[$0] as? any WorkerRecipient }
  }
}
