import Collections

/// What a connection is to be sent, in the order in which it may leave. Answers keep the order of their requests,
/// whichever is ready first; a push, and an answer that may overtake others, leaves as soon as it is there.
struct AnswerQueue {
  /// Where the answer to one request stands among the others.
  struct Place: Hashable, Sendable {
    fileprivate let number: UInt64
  }

  /// One for each request whose answer hasn't left; nil: it isn't there yet.
  private var places: Deque<[UInt8]?> = []
  /// The number of the first of the places.
  private var first: UInt64 = 0
  /// What may be sent now, in the order in which it came to be so.
  private var ready: [[UInt8]] = []

  /// The next place in the order.
  mutating func reserve() -> Place {
    places.append(nil)
    return Place(number: first + UInt64(places.count - 1))
  }

  /// The answer of a place. Each place has one answer: a second one is ignored.
  mutating func fill(_ place: Place, with text: [UInt8]) {
    guard place.number >= first else { return }
    let offset = Int(place.number - first)
    guard places.indices.contains(offset), places[offset] == nil else { return }
    places[offset] = text
    while let head = places.first, let text = head {
      places.removeFirst()
      first += 1
      ready.append(text)
    }
  }

  /// Whether a place's answer may leave, or has left: it waits for none before it.
  func hasLeft(_ place: Place) -> Bool { place.number < first }

  /// What keeps no order: it overtakes the answers that aren't there yet.
  mutating func push(_ text: [UInt8]) { ready.append(text) }

  /// Takes what may leave now.
  mutating func drain() -> [[UInt8]] {
    defer { ready = [] }
    return ready
  }
}
