/// How long tasks are kept that have ended.
public struct KeepFinished: Hashable, Sendable {
  /// Milliseconds since their end; nil: for ever.
  public var age: Int64?
  /// How many of them; nil: any number. A few more may lie there for a moment, so that they go in batches.
  public var count: Int?

  /// For ever, unless something is said.
  public init(age: Int64? = nil, count: Int? = nil) {
    self.age = age
    self.count = count
  }

  /// 30 days, and 1,000,000 tasks.
  public static let standard = KeepFinished(age: 30 * 86_400_000, count: 1_000_000)

  /// So many more than `count` are borne before a batch of them goes.
  var slack: Int { min(256, (count ?? 0) / 10) }
}

/// Forgetting by itself, in the order in which tasks ended. A task is needed while one of its continuations has not
/// ended, and a failed one of an array while the array counts its failures: it is kept as long.
extension QueueState {
  /// One batch: so much that its command takes about a millisecond.
  private static let maxForgotten = 512
  private static let maxEdges = 32_768
  /// Edges of ties are passed over some thirty times as fast, and all that a tie ties shares them: what goes with one batch
  /// costs its list once, however long it is.
  private static let maxTiedEdges = 4_194_304

  mutating func forgetFinished(at now: Int64) {
    guard let deadline = finishedDeadline, deadline <= now else { return }
    var surplus = surplusOfFinished > keepFinished.slack ? surplusOfFinished : 0
    var forgotten: [TaskID] = []
    var neighbours: Set<Slot> = []
    var (edges, tied) = (0, 0)
    var looked = 0
    while forgotten.count < Self.maxForgotten, edges < Self.maxEdges, tied < Self.maxTiedEdges,
      looked < 4 * Self.maxForgotten,
      let place = finished.first, surplus > 0 || isOverdue(place, at: now)
    {
      _ = finished.popFirst()
      looked += 1
      let entry = tasks[place.slot]
      guard !tasks.isVacant(place.slot), entry.state.isEnded, entry.endedAt == place.endedAt else { continue }
      if let other = needer(of: entry) {
        edges += entry.children.count
        finished.keep(place, for: other)
        continue
      }
      for neighbour in [entry.children, entry.parents].joined() where neighbours.insert(neighbour).inserted {
        let count = tasks[neighbour].children.count + tasks[neighbour].parents.count
        edges += 1
        if tasks.isTie(neighbour) { tied += count } else { edges += count }
      }
      forgotten.append(entry.id)
      surplus -= 1
    }
    if !forgotten.isEmpty { emit(.tasksForgotten(forgotten), at: now) }
  }

  /// When the next task is due to be forgotten, milliseconds since 1970; nil: none is.
  var finishedDeadline: Int64? {
    guard let first = finished.first else { return nil }
    if surplusOfFinished > keepFinished.slack { return 0 }
    return keepFinished.age.map { first.endedAt.saturating(plus: $0) }
  }

  private var surplusOfFinished: Int {
    guard let count = keepFinished.count else { return 0 }
    return max(0, self.count(.terminated) + self.count(.cancelled) - count)
  }

  private func isOverdue(_ place: FinishedTasks.Place, at now: Int64) -> Bool {
    guard let age = keepFinished.age else { return false }
    return place.endedAt.saturating(plus: age) <= now
  }

  /// A task that has not ended and needs this one; the last of them, which is likely to end last.
  private func needer(of entry: TaskEntry) -> Slot? {
    if let child = entry.children.last(where: { !tasks[$0].state.isEnded }) { return child }
    guard entry.hasFailed, entry.spec.array?.stopAfterFailures != nil, let batch = entry.spec.limitedArray else {
      return nil
    }
    return unfinishedMember(of: batch)
  }
}
