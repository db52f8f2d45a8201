import BanyanCore
import Collections
import Synchronization

/// What somebody is told: an answer, or a push.
struct Delivery: Sendable {
  enum Content: Sendable {
    /// The answer to a command.
    case answer(Result<Answer, Rejection>)
    /// The queue as it was at the request's turn.
    case view(QueueView)
    /// These attempts have to end.
    case cancel([Cancellation])
    /// The worker is being unregistered; the deadline is in milliseconds since 1970.
    case deregister(deadline: Int64, reason: String)
    /// Somebody reads what running attempts use.
    case requestUsage
    /// It was silent past its lease: the queue is to be told when it is heard again.
    case listen(since: Int64)
    /// The connection has to end.
    case close(code: UInt16, reason: String)
  }
  /// What the asker called the request; 0 for a push.
  var tag: UInt64
  var content: Content
}

extension Delivery {
  /// What a letter of the queue says.
  init(_ letter: LinkedQueue.Letter) {
    tag = letter.tag
    switch letter.content {
    case .answer(let result): content = .answer(result)
    case .cancel(let orders): content = .cancel(orders)
    case .deregister(let deadline): content = .deregister(deadline: deadline, reason: "unregistered by a provider")
    case .listen(let since): content = .listen(since: since)
    case .close(.replaced): content = .close(code: 1000, reason: "the same worker connected anew")
    case .close(.unregistered): content = .close(code: 1000, reason: "the worker was unregistered")
    case .close(.revoked): content = .close(code: 1008, reason: "the token was revoked")
    }
  }
}

extension ConnectionID {
  private static let last = Atomic<UInt64>(0)

  /// One that no connection of this process has had.
  static func next() -> ConnectionID { ConnectionID(last.wrappingAdd(1, ordering: .relaxed).newValue) }
}

/// One who is told things, in the order in which they were decided.
protocol Recipient: Peer {
  /// Called on the queue's executor; hands the deliveries over in order, without waiting.
  func deliver(_ deliveries: [Delivery])
}

/// Everything that waits to be told until what it shows is durable: answers, pushes, reads, rejections. One order for
/// all.
struct Outbox {
  private enum Entry {
    case delivery(any Recipient, Delivery)
    case resume(@Sendable () -> Void)
  }
  private var entries: Deque<(sequence: UInt64, entry: Entry)> = []

  var isEmpty: Bool { entries.isEmpty }

  /// - Parameter sequence: the last event that the delivery shows.
  mutating func add(_ delivery: Delivery, to recipient: any Recipient, after sequence: UInt64) {
    entries.append((sequence, .delivery(recipient, delivery)))
  }

  /// Resumes one who waits in the same process.
  mutating func add(after sequence: UInt64, _ resume: @escaping @Sendable () -> Void) {
    entries.append((sequence, .resume(resume)))
  }

  /// Lets go what shows nothing beyond this event; each recipient gets all of its own at once.
  mutating func release(upTo durable: UInt64) {
    var gathered: [(recipient: any Recipient, deliveries: [Delivery])] = []
    var places: [ObjectIdentifier: Int] = [:]
    while let first = entries.first, first.sequence <= durable {
      entries.removeFirst()
      switch first.entry {
      case .resume(let resume): resume()
      case .delivery(let recipient, let delivery):
        if let place = places[ObjectIdentifier(recipient)] {
          gathered[place].deliveries.append(delivery)
        } else {
          places[ObjectIdentifier(recipient)] = gathered.count
          gathered.append((recipient, [delivery]))
        }
      }
    }
    for (recipient, deliveries) in gathered { recipient.deliver(deliveries) }
  }
}
