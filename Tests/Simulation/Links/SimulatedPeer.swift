import BanyanCore
import Synchronization

/// The other side of a simulated connection.
package final class SimulatedPeer: Peer {
  package let connectionID: ConnectionID
  private let known: Mutex<(isOpen: Bool, lastHeard: Int64)>

  init(_ connection: ConnectionID, at now: Int64) {
    connectionID = connection
    known = Mutex((true, now))
  }

  package var isOpen: Bool { known.withLock { $0.isOpen } }
  package var lastHeard: Int64 { known.withLock { $0.lastHeard } }

  func hear(at now: Int64) { known.withLock { if $0.isOpen { $0.lastHeard = now } } }
  func end() { known.withLock { $0.isOpen = false } }
}
