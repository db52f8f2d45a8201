import Collections

/// First in, first out, in pieces: a copy costs nothing, and the first change after it copies one piece alone, however
/// many elements wait.
struct ChunkedQueue<Element: Sendable>: Sendable {
  private static var chunkSize: Int { 512 }
  /// None is empty, but for what was taken out of the first.
  private var chunks: Deque<ContiguousArray<Element>> = []
  /// Elements of the first piece that were taken out.
  private var taken = 0

  var first: Element? { chunks.first?[taken] }

  /// Those that came last, the newest first: so many at most.
  func last(_ count: Int) -> [Element] {
    var found: [Element] = []
    for place in chunks.indices.reversed() {
      for element in chunks[place].dropFirst(place == 0 ? taken : 0).reversed() {
        guard found.count < count else { return found }
        found.append(element)
      }
    }
    return found
  }

  mutating func append(_ element: Element) {
    if let last = chunks.indices.last, chunks[last].count < Self.chunkSize {
      chunks[last].append(element)
    } else {
      chunks.append([element])
    }
  }

  mutating func popFirst() -> Element? {
    guard let element = first else { return nil }
    taken += 1
    if taken == chunks[0].count {
      chunks.removeFirst()
      taken = 0
    }
    return element
  }

  /// Puts elements before all others.
  mutating func prepend(_ elements: some Collection<Element>) {
    guard !elements.isEmpty else { return }
    if taken > 0 {
      chunks[0].removeFirst(taken)
      taken = 0
    }
    chunks.prepend(ContiguousArray(elements))
  }
}
