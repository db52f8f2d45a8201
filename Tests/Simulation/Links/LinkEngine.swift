import BanyanCore

/// The linked queue as its simulation drives it. The sound one forwards; a mutant spoils what it forwards.
package protocol LinkEngine: Sendable {
  mutating func attach(_ peer: any Peer, user: UserID, on queue: inout LinkedQueue)
  mutating func detach(_ connection: ConnectionID, on queue: inout LinkedQueue)
  mutating func receive(
    _ request: LinkedQueue.Request, tag: UInt64, from connection: ConnectionID, on queue: inout LinkedQueue,
    at now: Moment, entropy: inout Entropy)
  mutating func perform(
    _ command: Command, on queue: inout LinkedQueue, at now: Moment, entropy: inout Entropy
  ) throws(Rejection)
  mutating func heard(user: UserID, on queue: inout LinkedQueue, at now: Moment)
  mutating func serve(on queue: inout LinkedQueue, at now: Moment, entropy: inout Entropy)
}

extension LinkEngine {
  package mutating func attach(_ peer: any Peer, user: UserID, on queue: inout LinkedQueue) {
    queue.attach(peer, user: user)
  }
  package mutating func detach(_ connection: ConnectionID, on queue: inout LinkedQueue) { queue.detach(connection) }
  package mutating func receive(
    _ request: LinkedQueue.Request, tag: UInt64, from connection: ConnectionID, on queue: inout LinkedQueue,
    at now: Moment, entropy: inout Entropy
  ) {
    queue.receive(request, tag: tag, from: connection, at: now, entropy: &entropy)
  }
  package mutating func perform(
    _ command: Command, on queue: inout LinkedQueue, at now: Moment, entropy: inout Entropy
  ) throws(Rejection) {
    try queue.perform(command, at: now, entropy: &entropy)
  }
  package mutating func heard(user: UserID, on queue: inout LinkedQueue, at now: Moment) {
    queue.heard(user: user, at: now)
  }
  package mutating func serve(on queue: inout LinkedQueue, at now: Moment, entropy: inout Entropy) {
    queue.serveOpenClaims(at: now, entropy: &entropy)
  }
}

/// The linked queue as it is.
package struct SoundLinkEngine: LinkEngine {
  package init() {}
}
