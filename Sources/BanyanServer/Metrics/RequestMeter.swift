import BanyanCore
import BanyanWire
import NIOCore
import Synchronization

/// How long requests and their parts take, and who was refused. Used from every thread; each note holds the lock for a
/// fraction of a microsecond.
final class RequestMeter: Sendable {
  /// A kind of message that is answered.
  enum Message: Int, CaseIterable, Sendable {
    case hello, claim, report, release, submit, cancel, get, subscribe

    var name: String { "\(self)" }
  }

  /// What a claim or a report spends its time on in the server.
  enum Stage: Int, CaseIterable, Sendable {
    /// From the socket to the queue's turn.
    case queueing
    /// Making its frame of the journal.
    case journal
    /// Writing the frames to the journal's file, and syncing them where the durability asks for it.
    case sync

    var name: StaticString {
      switch self {
      case .queueing: "queueing"
      case .journal: "journal"
      case .sync: "sync"
      }
    }
  }

  /// A request of HTTP, as it is counted.
  struct Route: Hashable, Sendable {
    var method: String
    /// The path with names for its parts, so that there are few.
    var path: String
  }

  /// All that was noted.
  struct Figures: Sendable {
    var messages = [DurationBuckets](repeating: .ofRequests, count: Message.allCases.count)
    var stages = [DurationBuckets](repeating: .ofRequests, count: Stage.allCases.count)
    var routes: [Route: DurationBuckets] = [:]
    var statuses: [Route: [Int: UInt64]] = [:]
    /// Microseconds, of the last fifteen minutes.
    var recentMessages = [Window<Spread>](repeating: Window(), count: Message.allCases.count)
    var recentStages = [Window<Spread>](repeating: Window(), count: Stage.allCases.count)
    /// Microseconds from a worker to the server and back, as workers measured it.
    var recentRoundTrips = Window<Spread>()
    /// Wrong tokens, and how many of them came from an address that had too many.
    var refusedLogins: UInt64 = 0
    var limitedLogins: UInt64 = 0
    /// Open WebSockets by role.
    var sockets: [Role: Int] = [:]
  }

  private let figures = Mutex(Figures())

  /// What was noted until now.
  func current() -> Figures { figures.withLock { $0 } }

  /// A moment, for measuring from it.
  static func now() -> UInt64 { NIODeadline.now().uptimeNanoseconds }

  /// A message was answered.
  /// - Parameter start: when it came.
  func answered(_ message: Message, since start: UInt64) {
    let now = Self.now()
    let duration = now > start ? now - start : 0
    figures.withLock { figures in
      figures.messages[message.rawValue].record(duration)
      figures.recentMessages[message.rawValue].record(at: Int64(now / 1_000_000)) { $0.record(Int64(duration / 1000)) }
    }
  }

  /// A stage took so long.
  /// - Parameter duration: nanoseconds.
  func spent(_ duration: UInt64, on stage: Stage) {
    let now = Int64(Self.now() / 1_000_000)
    figures.withLock { figures in
      figures.stages[stage.rawValue].record(duration)
      figures.recentStages[stage.rawValue].record(at: now) { $0.record(Int64(duration / 1000)) }
    }
  }

  /// A worker measured a round trip, in milliseconds.
  func roundTrip(_ milliseconds: Double) {
    guard milliseconds >= 0, milliseconds < 86_400_000 else { return }
    let now = Int64(Self.now() / 1_000_000)
    figures.withLock { $0.recentRoundTrips.record(at: now) { $0.record(Int64(milliseconds * 1000)) } }
  }

  /// A request of HTTP was answered.
  func answered(_ route: Route, status: Int, since start: UInt64) {
    let now = Self.now()
    figures.withLock { figures in
      figures.routes[route, default: .ofRequests].record(now > start ? now - start : 0)
      figures.statuses[route, default: [:]][status, default: 0] += 1
    }
  }

  /// A wrong token came.
  func refusedLogin(isLimited: Bool) {
    figures.withLock { figures in
      figures.refusedLogins += 1
      if isLimited { figures.limitedLogins += 1 }
    }
  }

  /// A socket of such a user opened, or closed.
  func socket(_ role: Role, opened: Bool) {
    figures.withLock { $0.sockets[role, default: 0] += opened ? 1 : -1 }
  }
}
