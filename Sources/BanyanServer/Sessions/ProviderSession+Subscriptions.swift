import BanyanCore
import BanyanWire
import Collections
import NIOCore

/// Events of what this connection watches: a part at a time, as the other side takes them.
extension ProviderSession {
  /// Text of events that is sent at once; the next is made when the other side has taken it.
  private static let eventBytes = 256 << 10

  /// A number and a text that look alike are two names, and a number is one name, however it is written.
  static func name(_ id: MessageID) -> CodePoints {
    switch id {
    case .number(let number): CodePoints("\(number)")
    case .real(let number): CodePoints(Int64(exactly: number).map { "\($0)" } ?? "\(number)")
    case .numeral(let numeral): CodePoints(numeral.text)
    case .text(let text): CodePoints("\"\(text)")
    }
  }

  func subscribe(_ subscribe: SubscribeMessage) {
    let loop = connection.eventLoop
    let key = SubscriptionKey(
      name: Self.name(subscribe.id), number: nextSubscription, id: subscribe.id, place: pipeline.reserve())
    nextSubscription += 1
    // One that stands already stays; the feed refuses the new one.
    if subscriptions[key.name] == nil { subscriptions[key.name] = Subscription(key: key) }
    let wish = EventFeed.Wish(tasks: subscribe.tasks.map(Set.init), jobs: Set(subscribe.jobs ?? []))
    let queue = context.queue
    context.feed.subscribe(
      ObjectIdentifier(self), name: key.name, wish, from: subscribe.fromSequence,
      preparing: { queue.watch($0, $1) }
    ) { [weak self] message in
      guard let session = self else { return }
      loop.execute { session.assumeIsolated { $0.tell(message, key) } }
    }
  }

  private func stands(_ key: SubscriptionKey) -> Bool { subscriptions[key.name]?.key.number == key.number }

  /// What the feed says, on the connection's loop, in its order. Events of a subscription follow the answer that it stands,
  /// which may wait for the answers before it.
  private func tell(_ message: EventFeed.Message, _ key: SubscriptionKey) {
    switch message {
    case .subscribed(let sequence):
      answer(key.place) { SubscribedMessage(id: key.id, sequence: sequence).encode(into: &$0) }
      carryOut()
    case .refused(let rejection):
      if stands(key) { subscriptions[key.name] = nil }
      answer(key.place) { ErrorMessage(id: key.id, rejection).encode(into: &$0) }
      carryOut()
    case .lagged, .events:
      heldBack.append((key, message))
      tellHeldBack()
    }
  }

  /// Passes on what was held back, of subscriptions whose answer has left by now.
  func tellHeldBack() {
    guard !heldBack.isEmpty else { return }
    let waiting = heldBack
    heldBack = []
    for (key, message) in waiting where stands(key) {
      guard pipeline.hasLeft(key.place) else {
        heldBack.append((key, message))
        continue
      }
      switch message {
      case .lagged(let from, let to):
        var text: [UInt8] = []
        LaggedMessage(subscription: key.id, from: from, to: to).encode(into: &text)
        connection.send([text])
      case .events(let notices, let jobs, let seen):
        subscriptions[key.name]?.notices = notices[...]
        subscriptions[key.name]?.jobs = jobs
        subscriptions[key.name]?.seen = seen
        due.append(key)
      case .subscribed, .refused: break
      }
    }
    tellNext()
  }

  /// Sends a part of what the next subscription has; the one behind it follows when the other side has taken that.
  private func tellNext() {
    while !isTelling, let key = due.popFirst() {
      guard let isLast = sendEvents(key) else { continue }
      isTelling = true
      connection.whenDrained { [weak self] in
        self?.assumeIsolated { session in
          session.isTelling = false
          if !isLast {
            session.due.append(key)
          } else if session.stands(key) {
            session.context.feed.ready(ObjectIdentifier(session), name: key.name)
          }
          session.tellNext()
        }
      }
    }
  }

  /// Sends a part of the batch in hand.
  /// - Returns: whether it was the last, behind which the feed may give the next; nil: the subscription has ended.
  private func sendEvents(_ key: SubscriptionKey) -> Bool? {
    guard var subscription = subscriptions[key.name], stands(key) else { return nil }
    var texts: [[UInt8]] = []
    var size = 0
    while size < Self.eventBytes, let notice = subscription.notices.popFirst() {
      for (task, place) in notice.members {
        var text: [UInt8] = []
        EventMessage(
          subscription: key.id, sequence: notice.sequence, time: notice.time, notice.event, of: task, at: place
        ).encode(into: &text)
        size += text.count
        texts.append(text)
      }
      for event in notice.members.isEmpty ? notice.event.parts : [] {
        var text: [UInt8] = []
        EventMessage(
          subscription: key.id, sequence: notice.sequence, time: notice.time, event, at: notice.place
        ).encode(into: &text)
        size += text.count
        texts.append(text)
      }
    }
    if subscription.notices.isEmpty {
      for job in subscription.jobs {
        var text: [UInt8] = []
        EventMessage(
          subscription: key.id, sequence: subscription.seen, job: job.number, job.record,
          time: job.record?.updated ?? context.queue.clock.wall
        ).encode(into: &text)
        texts.append(text)
      }
      subscription.jobs = []
    }
    subscriptions[key.name] = subscription
    connection.send(texts)
    return subscription.notices.isEmpty
  }
}

extension Event {
  /// An event that names more tasks than a message can hold is told in several, of one sequence.
  fileprivate var parts: [Event] {
    let maxIDs = 100_000
    guard case .tasksForgotten(let ids) = self, ids.count > maxIDs else { return [self] }
    return stride(from: 0, to: ids.count, by: maxIDs).map { start in
      .tasksForgotten(Array(ids[start..<min(start + maxIDs, ids.count)]))
    }
  }
}
