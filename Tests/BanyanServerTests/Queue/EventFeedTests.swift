import BanyanCore
import NIOCore
import NIOPosix
import Testing

@testable import BanyanServer

/// Watchers of a small ring, one of whom is slow.
@Suite(.timeLimit(.minutes(1))) struct EventFeedTests {
  private static let task = TaskID(seconds: 1, rest: 1)
  private static let other = TaskID(seconds: 1, rest: 2)

  /// Frames of one event each.
  private static func frames(_ sequences: ClosedRange<UInt64>, of task: TaskID = task) -> [Frame] {
    sequences.map { Frame(firstSequence: $0, time: Int64($0), events: [.taskHeld(task, $0 % 2 == 0)]) }
  }

  /// One who watches, and takes the next batch when told to.
  private final class Watcher: Sendable {
    let feed: EventFeed
    let name: CodePoints
    private let messages: AsyncStream<EventFeed.Message>
    private let sink: AsyncStream<EventFeed.Message>.Continuation

    init(_ feed: EventFeed, _ name: CodePoints = "one", tasks: Set<TaskID>? = nil, from: UInt64? = nil, of owner: Owner)
    {
      self.feed = feed
      self.name = name
      (messages, sink) = AsyncStream.makeStream()
      feed.subscribe(ObjectIdentifier(owner), name: name, EventFeed.Wish(tasks: tasks), from: from) { [sink] in
        sink.yield($0)
      }
    }

    /// The next thing that it is told, in words.
    func next(_ iterator: inout AsyncStream<EventFeed.Message>.Iterator) async -> String {
      switch await iterator.next() {
      case .subscribed(let sequence): "subscribed \(sequence)"
      case .refused(let rejection): "refused \(rejection.kind.rawValue)"
      case .lagged(let from, let to): "lagged \(from)-\(to)"
      case .events(let notices, _, _):
        "events \(notices.map { "\($0.sequence)" }.joined(separator: " "))"
      case nil: "nothing"
      }
    }

    func makeIterator() -> AsyncStream<EventFeed.Message>.Iterator { messages.makeAsyncIterator() }
  }

  private final class Owner: Sendable {}

  /// A client calls its subscriptions as it likes: what Unicode calls equivalent are two.
  @Test func namesInTwoFormsAreTwoSubscriptions() async {
    let (feed, owner) = (Self.feed(), Owner())
    let first = Watcher(feed, "caf\u{e9}", of: owner)
    let second = Watcher(feed, "cafe\u{301}", of: owner)
    var (one, two) = (first.makeIterator(), second.makeIterator())
    #expect(await first.next(&one) == "subscribed 0")
    #expect(await second.next(&two) == "subscribed 0")
    feed.unsubscribe(ObjectIdentifier(owner), name: "caf\u{e9}")
    feed.publish(Self.frames(1...1))
    #expect(await second.next(&two) == "events 1")
  }

  private static func feed(last: UInt64 = 0, capacity: Int = 10) -> EventFeed {
    EventFeed(last: last, loop: MultiThreadedEventLoopGroup.singleton.next(), capacity: capacity)
  }

  @Test func `Events come in order, in batches, and the next batch when the last one is dealt with`() async {
    let (feed, owner) = (Self.feed(last: 4), Owner())
    let watcher = Watcher(feed, of: owner)
    var told = watcher.makeIterator()
    #expect(await watcher.next(&told) == "subscribed 4")
    feed.publish(Self.frames(5...6))
    #expect(await watcher.next(&told) == "events 5 6")
    // Busy: these wait, together.
    feed.publish(Self.frames(7...7))
    feed.publish(Self.frames(8...9))
    feed.ready(ObjectIdentifier(owner), name: "one")
    #expect(await watcher.next(&told) == "events 7 8 9")
    feed.ready(ObjectIdentifier(owner), name: "one")
    feed.publish(Self.frames(10...10))
    #expect(await watcher.next(&told) == "events 10")
    withExtendedLifetime(owner) {}
  }

  @Test func `Who is slower than the ring is told the gap, once, and goes on behind it`() async {
    let (feed, owner) = (Self.feed(), Owner())
    let watcher = Watcher(feed, of: owner)
    var told = watcher.makeIterator()
    #expect(await watcher.next(&told) == "subscribed 0")
    feed.publish(Self.frames(1...1))
    #expect(await watcher.next(&told) == "events 1")
    feed.publish(Self.frames(2...25))
    feed.publish(Self.frames(26...30))
    feed.ready(ObjectIdentifier(owner), name: "one")
    #expect(await watcher.next(&told) == "lagged 2-20")
    #expect(await watcher.next(&told) == "events 21 22 23 24 25 26 27 28 29 30")
    feed.publish(Self.frames(31...31))
    feed.ready(ObjectIdentifier(owner), name: "one")
    #expect(await watcher.next(&told) == "events 31")
    withExtendedLifetime(owner) {}
  }

  @Test func `Who comes back goes on behind its sequence, wherever in a frame that is`() async {
    let (feed, owner) = (Self.feed(capacity: 100), Owner())
    feed.publish(Self.frames(1...5))
    feed.publish([Frame(firstSequence: 6, time: 0, events: (0..<10).map { _ in .taskDue(Self.task) })])
    for (from, expected) in [
      (UInt64(3), "events 4 5 6 7 8 9 10 11 12 13 14 15"), (9, "events 10 11 12 13 14 15"), (14, "events 15"),
    ] {
      let watcher = Watcher(feed, "from \(from)", from: from, of: owner)
      var told = watcher.makeIterator()
      #expect(await watcher.next(&told) == "subscribed \(from)")
      #expect(await watcher.next(&told) == expected)
    }
    // All that is to be had was seen, or more: only what is new comes.
    for from in [UInt64(15), 17] {
      let watcher = Watcher(feed, "from \(from)", from: from, of: owner)
      var told = watcher.makeIterator()
      #expect(await watcher.next(&told) == "subscribed \(from)")
      feed.publish(Self.frames(from + 1...from + 2))
      #expect(await watcher.next(&told) == "events \(from + 1) \(from + 2)")
    }
    withExtendedLifetime(owner) {}
  }

  @Test func `What is about other tasks is passed over, however much it is, and is no gap`() async {
    let (feed, owner) = (Self.feed(capacity: 100_000), Owner())
    let watcher = Watcher(feed, tasks: [Self.task], of: owner)
    var told = watcher.makeIterator()
    #expect(await watcher.next(&told) == "subscribed 0")
    feed.publish(Self.frames(1...30_000, of: Self.other))
    feed.publish(Self.frames(30_001...30_001))
    #expect(await watcher.next(&told) == "events 30001")
    feed.ready(ObjectIdentifier(owner), name: "one")
    feed.publish([
      Frame(firstSequence: 30_002, time: 0, events: [.tasksForgotten([Self.other]), .tasksForgotten([Self.task])])
    ])
    #expect(await watcher.next(&told) == "events 30003")
    withExtendedLifetime(owner) {}
  }

  @Test func `A connection's names are its own, and each is used once at a time`() async {
    let (feed, owner, neighbour) = (Self.feed(), Owner(), Owner())
    let first = Watcher(feed, of: owner)
    var told = first.makeIterator()
    #expect(await first.next(&told) == "subscribed 0")
    let second = Watcher(feed, of: owner)
    var toldSecond = second.makeIterator()
    #expect(await second.next(&toldSecond) == "refused 422")
    let third = Watcher(feed, of: neighbour)
    var toldThird = third.makeIterator()
    #expect(await third.next(&toldThird) == "subscribed 0")
    feed.unsubscribe(ObjectIdentifier(owner), name: "one")
    let fourth = Watcher(feed, of: owner)
    var toldFourth = fourth.makeIterator()
    #expect(await fourth.next(&toldFourth) == "subscribed 0")
    feed.publish(Self.frames(1...1))
    #expect(await fourth.next(&toldFourth) == "events 1")
    #expect(await third.next(&toldThird) == "events 1")
    withExtendedLifetime((owner, neighbour)) {}
  }

  @Test func `A connection has a bounded number of subscriptions`() async {
    let (feed, owner) = (Self.feed(), Owner())
    for number in 0..<EventFeed.maxSubscriptions {
      feed.subscribe(ObjectIdentifier(owner), name: CodePoints("\(number)"), EventFeed.Wish(), from: nil) { _ in }
    }
    let watcher = Watcher(feed, "one too many", of: owner)
    var told = watcher.makeIterator()
    #expect(await watcher.next(&told) == "refused 413")
    feed.leave(ObjectIdentifier(owner))
    let again = Watcher(feed, "again", of: owner)
    var toldAgain = again.makeIterator()
    #expect(await again.next(&toldAgain) == "subscribed 0")
    withExtendedLifetime(owner) {}
  }
}
