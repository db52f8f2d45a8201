import Collections

/// Keeps a connection's answers in the order of its requests, whichever is ready first.
struct AnswerLine {
  private var places: Deque<[UInt8]?> = []
  private var first: UInt64 = 0

  /// A place for the answer to the request that came now.
  mutating func reserve() -> UInt64 {
    places.append(nil)
    return first + UInt64(places.count - 1)
  }

  /// The answer of a place. Empty: there is none to send.
  mutating func fill(_ place: UInt64, _ text: [UInt8]) {
    let offset = Int(place - first)
    guard places.indices.contains(offset) else { return }
    places[offset] = text
  }

  /// The answers that may leave now.
  mutating func takeReady() -> [[UInt8]] {
    var ready: [[UInt8]] = []
    while let head = places.first, let text = head {
      places.removeFirst()
      first += 1
      if !text.isEmpty { ready.append(text) }
    }
    return ready
  }
}
