import Simulation
import Testing

@testable import BanyanCore

/// A linked queue with one fault: each was there once, and has to be caught by the check that is there for it.
struct LinkMutant: LinkEngine, CustomTestStringConvertible {
  let name: String
  let caughtBy: Check

  /// Around each request of a connection.
  var receiving:
    @Sendable (inout LinkedQueue, LinkedQueue.Request, ConnectionID, Moment, (inout LinkedQueue) -> Void) -> Void = {
      queue, _, _, _, receive in receive(&queue)
    }
  var attaching: @Sendable (inout LinkedQueue, any Peer, UserID) -> Void = { $0.attach($1, user: $2) }
  var detaching: @Sendable (inout LinkedQueue, ConnectionID) -> Void = { $0.detach($1) }
  var hearing: @Sendable (inout LinkedQueue, UserID, Moment) -> Void = { $0.heard(user: $1, at: $2) }
  /// Before open claims are looked at.
  var beforeServing: @Sendable (inout LinkedQueue, Moment) -> Void = { _, _ in }
  /// In the place of a command; false: it is done as it is.
  var instead: @Sendable (inout LinkedQueue, Command, Moment, inout Entropy) -> Bool = { _, _, _, _ in false }
  /// Behind a command, with the queue as it was.
  var after: @Sendable (inout LinkedQueue, Command, LinkedQueue) -> Void = { _, _, _ in }

  init(_ name: String, caughtBy: Check, spoil: (inout LinkMutant) -> Void) {
    self.name = name
    self.caughtBy = caughtBy
    spoil(&self)
  }

  var testDescription: String { name }

  mutating func attach(_ peer: any Peer, user: UserID, on queue: inout LinkedQueue) { attaching(&queue, peer, user) }
  mutating func detach(_ connection: ConnectionID, on queue: inout LinkedQueue) { detaching(&queue, connection) }

  mutating func receive(
    _ request: LinkedQueue.Request, tag: UInt64, from connection: ConnectionID, on queue: inout LinkedQueue,
    at now: Moment, entropy: inout Entropy
  ) {
    var chance = entropy
    receiving(&queue, request, connection, now) {
      $0.receive(request, tag: tag, from: connection, at: now, entropy: &chance)
    }
    entropy = chance
  }

  mutating func perform(
    _ command: Command, on queue: inout LinkedQueue, at now: Moment, entropy: inout Entropy
  ) throws(Rejection) {
    let before = queue
    if !instead(&queue, command, now, &entropy) { try queue.perform(command, at: now, entropy: &entropy) }
    after(&queue, command, before)
  }

  mutating func heard(user: UserID, on queue: inout LinkedQueue, at now: Moment) { hearing(&queue, user, now) }

  mutating func serve(on queue: inout LinkedQueue, at now: Moment, entropy: inout Entropy) {
    beforeServing(&queue, now)
    queue.serveOpenClaims(at: now, entropy: &entropy)
  }
}

/// A peer that nobody sees die.
private final class Ghost: Peer {
  let peer: any Peer
  init(_ peer: any Peer) { self.peer = peer }
  var connectionID: ConnectionID { peer.connectionID }
  var isOpen: Bool { true }
  var lastHeard: Int64 { peer.lastHeard }
}

extension LinkMutant {
  static let all: [LinkMutant] = [
    Self("serves a connection that was replaced", caughtBy: .links) { mutant in
      mutant.receiving = { queue, request, connection, _, receive in
        guard case .claim(let claim, _) = request, let link = queue.links[claim.worker],
          link.connection != connection, let known = queue.connections[connection], known.worker?.id == claim.worker
        else { return receive(&queue) }
        queue.links[claim.worker]?.connection = connection
        queue.connections[connection]?.isClosed = false
        receive(&queue)
        queue.links[claim.worker] = link
        queue.connections[connection]?.isClosed = true
        queue.removeOpenClaim(of: claim.worker)
      }
    },
    Self("goes by what it was told of a connection's end", caughtBy: .links) { mutant in
      mutant.attaching = { queue, peer, user in queue.attach(Ghost(peer), user: user) }
    },
    Self("keeps what has ended", caughtBy: .links) { mutant in
      mutant.attaching = { queue, peer, user in queue.attach(Ghost(peer), user: user) }
      mutant.detaching = { _, _ in }
    },
    Self("keeps the link of a connection that ends right after its hello", caughtBy: .links) { mutant in
      mutant.attaching = { queue, peer, user in queue.attach(Ghost(peer), user: user) }
      mutant.detaching = { queue, connection in
        // Whoever has asked nothing since its hello goes unnoticed.
        guard let worker = queue.connections[connection]?.worker?.id, queue.claims[worker] == nil else {
          return queue.detach(connection)
        }
      }
    },
    Self("serves those who were revoked", caughtBy: .invariants) { mutant in
      mutant.after = { queue, command, before in
        guard case .revokeUser = command else { return }
        queue.revoked = before.revoked
        queue.connections = before.connections
        queue.links = before.links
        queue.claims = before.claims
        queue.namedClaims = before.namedClaims
      }
    },
    Self("lets a revoked worker claim over REST", caughtBy: .links) { mutant in
      mutant.after = { queue, _, _ in queue.revoked = [] }
    },
    Self("lets a connection speak for two", caughtBy: .links) { mutant in
      mutant.receiving = { queue, request, connection, _, receive in
        if case .hello = request { queue.connections[connection]?.worker = nil }
        receive(&queue)
      }
    },
    Self("leaves the older claim open", caughtBy: .links) { mutant in
      mutant.receiving = { queue, request, connection, _, receive in
        guard case .claim(let claim, waits: false) = request, let open = queue.claims[claim.worker],
          open.connection == connection
        else { return receive(&queue) }
        receive(&queue)
        guard queue.claims[claim.worker] == nil else { return }
        queue.claims[claim.worker] = open
        if open.claim.task != nil { queue.namedClaims += 1 }
      }
    },
    Self("lets somebody into the book without an alarm", caughtBy: .leases) { mutant in
      mutant.hearing = { queue, user, now in
        let alarm = queue.leases.alarm
        queue.heard(user: user, at: now)
        queue.leases.alarm = alarm
      }
    },
    Self("welcomes without an alarm", caughtBy: .leases) { mutant in
      mutant.receiving = { queue, request, _, _, receive in
        let alarm = queue.leases.alarm
        receive(&queue)
        if case .hello = request { queue.leases.alarm = alarm }
      }
    },
    Self("gives a folder that is left a whole lease more", caughtBy: .leases) { mutant in
      mutant.receiving = { queue, request, _, now, receive in
        let known = Set(queue.folderLeases.holders)
        receive(&queue)
        for lease in queue.folderLeases.holders where !known.contains(lease) {
          queue.folderLeases.heard(lease, at: now.monotonic, length: queue.lease)
        }
      }
    },
    Self("renews a folder's lease by a word from another", caughtBy: .leases) { mutant in
      mutant.beforeServing = { queue, now in
        for lease in queue.folderLeases.holders where queue.links[lease.worker] != nil {
          queue.folderLeases.heard(lease, at: now.monotonic, length: queue.lease)
        }
      }
    },
    Self("serves who is silent past its lease", caughtBy: .links) { mutant in
      mutant.beforeServing = { queue, now in
        for worker in queue.claims.keys { queue.leases.heard(worker, at: now.monotonic, length: queue.lease) }
      }
    },
    Self("cancels in two, and serves between", caughtBy: .cancellation) { mutant in
      mutant.instead = { queue, command, now, entropy in
        guard case .cancel(let tasks, let grace, let by) = command, tasks.count > 1 else { return false }
        for part in [tasks.prefix(tasks.count / 2), tasks.dropFirst(tasks.count / 2)] {
          _ = try? queue.perform(.cancel(Array(part), grace: grace, by: by), at: now, entropy: &entropy)
          queue.markAllClaimsDue()
          queue.serveOpenClaims(at: now, entropy: &entropy)
        }
        return true
      }
    },
  ]
}

@Suite struct LinkMutantTests {
  @Test(arguments: chosen(LinkMutant.all, \.name)) func isCaught(_ mutant: LinkMutant) throws {
    for seed: UInt64 in 1...400 {
      var simulation = LinkSimulation(seed: seed, engine: mutant)
      guard let failure = simulation.run(steps: 200) else { continue }
      #expect(simulation.failures.contains { $0.check == mutant.caughtBy }, "\(mutant.name) was seen as \(failure)")
      return
    }
    Issue.record("\(mutant.name): nothing saw it")
  }

  @Test func theSoundQueuePasses() {
    let sound = LinkMutant("nothing is wrong with it", caughtBy: .links) { _ in }
    for seed: UInt64 in 1...100 {
      var simulation = LinkSimulation(seed: seed, engine: sound)
      if let failure = simulation.run(steps: 200) {
        Issue.record("\(failure)")
        return
      }
    }
  }
}
