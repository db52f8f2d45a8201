import Collections

/// The requests that are answered again as they were: by key, the oldest first. Nobody's keys drive another's out, and
/// what is kept for one user is bounded, in number and in bytes.
struct KeyBook: Sendable {
  private(set) var answers: OrderedDictionary<IdempotencyKey, IdempotentAnswer> = [:]
  private var shelves: [UserID: Shelf] = [:]
  /// Those whose shelf is fuller than it may be.
  private var overfull: Set<UserID> = []

  private struct Shelf {
    var count = 0
    var bytes = 0
    var isOverfull: Bool { count > QueueState.maxKeys + KeyBook.slack || bytes > KeyBook.maxBytes }
  }

  /// To take the oldest out is a walk over all, so it is done for many at once.
  private static let slack = 1000
  /// Bytes that the answers of one user take, about.
  private static let maxBytes = 64 << 20

  subscript(key: IdempotencyKey) -> IdempotentAnswer? { answers[key] }

  mutating func insert(_ answer: IdempotentAnswer, for key: IdempotencyKey) {
    if let old = answers.updateValue(answer, forKey: key) { count(old, of: key, by: -1) }
    count(answer, of: key, by: 1)
  }

  mutating func remove(_ gone: Set<IdempotencyKey>) {
    for key in gone { if let answer = answers[key] { count(answer, of: key, by: -1) } }
    answers.removeAll { gone.contains($0.key) }
  }

  private mutating func count(_ answer: IdempotentAnswer, of key: IdempotencyKey, by sign: Int) {
    var shelf = shelves[key.user] ?? Shelf()
    shelf.count += sign
    shelf.bytes += sign * (answer.size + key.key.utf8.count)
    shelves[key.user] = shelf.count == 0 ? nil : shelf
    if shelf.isOverfull { overfull.insert(key.user) } else { overfull.remove(key.user) }
  }

  /// Some must go now.
  var isOverfull: Bool { !overfull.isEmpty }
  /// When the oldest was given; nil: there are none.
  var oldest: Int64? { answers.values.first?.time }

  /// What is kept no longer: what is older than a time, and of whoever has too much the oldest, down to nine tenths of
  /// the bytes that they may have.
  func due(before time: Int64) -> [IdempotencyKey] {
    var due = answers.prefix { $0.value.time <= time }.map(\.key)
    guard isOverfull else { return due }
    let expired = due.count
    var shelves = shelves.filter { overfull.contains($0.key) }
    for (place, (key, answer)) in answers.enumerated() {
      guard var shelf = shelves[key.user] else { continue }
      guard shelf.count > QueueState.maxKeys || shelf.bytes > Self.maxBytes / 10 * 9 else {
        shelves[key.user] = nil
        if shelves.isEmpty { break }
        continue
      }
      shelf.count -= 1
      shelf.bytes -= answer.size + key.key.utf8.count
      shelves[key.user] = shelf
      if place >= expired { due.append(key) }
    }
    return due
  }
}
