/// How long tasks take: by their own estimates and limits, and by what others of their kind took lately.
///
/// A kind is an owner's tasks of one name, that of a family or a single task's. Where none of that name ended lately, of a job
/// that is one task those count whose names differ in the number at the end (`run-1`, `run-2`). Tasks without a name are of
/// one kind if they run the same program.
struct RunTimes: Sendable {
  /// So many tasks that ended last are looked at.
  static let maxEnded = 2_000
  /// So many members of a family are looked at, where none of its kind ended lately.
  static let maxMembers = 1_024

  /// How long something takes, in milliseconds; `Int64.max`: nobody knows.
  struct Span: Hashable, Sendable {
    var quick: Int64
    var likely: Int64
    var slow: Int64

    /// All three are the same.
    var isSure: Bool { quick == slow }

    subscript(pace: Pace) -> Int64 {
      switch pace {
      case .quick: quick
      case .likely: likely
      case .slow: slow
      }
    }
  }

  /// Which of the three.
  enum Pace: Sendable {
    /// A quarter of them took no longer.
    case quick
    case likely
    /// Nine in ten took no longer.
    case slow
  }

  /// What is known of tasks with one specification.
  private struct Known: Sendable {
    var estimate: Int64?
    var limit: Int64?
    /// Sorted.
    var samples: [Int64]
  }

  private var samples: [CodePoints: [Int64]] = [:]
  /// By specification, which the members of a family share.
  private var known: [ObjectIdentifier: Known] = [:]
  /// The same, of one that has just begun: what is asked for most.
  private var fresh: [ObjectIdentifier: Span] = [:]

  /// Looks at the tasks that ended last.
  init(_ state: QueueState) {
    for place in state.finished.newest(Self.maxEnded) {
      guard !state.tasks.isVacant(place.slot), let runtime = Self.runtime(place.slot, state.tasks) else { continue }
      let kinds = Self.kinds(of: place.slot, state.tasks)
      if let kind = kinds.exact { samples[kind, default: []].append(runtime) }
      if let stem = kinds.stem { samples[stem, default: []].append(runtime) }
    }
    for kind in samples.keys { samples[kind]?.sort() }
  }

  /// How long a task with this specification takes that has run for so long; nil: it has yet to be learnt.
  func span(of spec: TaskSpec, elapsed: Int64 = 0) -> Span? {
    guard elapsed > 0 else { return fresh[ObjectIdentifier(spec)] }
    return known[ObjectIdentifier(spec)].map { Self.span($0, elapsed) }
  }

  /// Learns how long a task, and others with its specification, take; and tells it of one that has run for so long.
  mutating func learn(_ slot: Slot, _ tasks: TaskTable, elapsed: Int64 = 0) -> Span {
    let times = tasks[slot].spec.times
    let found = Known(estimate: times.estimate, limit: times.limit, samples: samples(of: slot, tasks))
    let spec = ObjectIdentifier(tasks[slot].spec)
    guard elapsed == 0 else {
      known[spec] = found
      return Self.span(found, elapsed)
    }
    let span = Self.span(found, 0)
    fresh[spec] = span
    return span
  }

  private static func span(_ known: Known, _ elapsed: Int64) -> Span {
    // Those that took less than this one has taken say nothing of it.
    let left = known.samples[known.samples.partitioningIndex(above: elapsed)...]
    var span: Span
    if let quick = left.percentile(25), let likely = left.percentile(50), let slow = left.percentile(90) {
      span = Span(quick: quick, likely: likely, slow: slow)
    } else if !known.samples.isEmpty {
      // It has taken longer than any: at the latest it takes as long again.
      span = Span(quick: elapsed, likely: elapsed, slow: elapsed.saturating(plus: elapsed))
    } else if let limit = known.limit, known.estimate == nil {
      span = Span(quick: 0, likely: limit, slow: limit)
    } else {
      span = Span(quick: .max, likely: .max, slow: .max)
    }
    if let estimate = known.estimate {
      // Past an estimate alone it takes as long again at the latest.
      let word = estimate >= elapsed ? estimate : elapsed
      let last = estimate >= elapsed ? estimate : elapsed.saturating(plus: elapsed)
      span =
        span.likely == .max
        ? Span(quick: word, likely: word, slow: last)
        : Span(quick: min(span.quick, word), likely: word, slow: max(span.slow, last))
    }
    if let limit = known.limit {
      span = Span(quick: min(span.quick, limit), likely: min(span.likely, limit), slow: min(span.slow, limit))
    }
    return Span(quick: max(span.quick, elapsed), likely: max(span.likely, elapsed), slow: max(span.slow, elapsed))
  }

  // MARK: Kinds

  /// What tells tasks that take about as long.
  private struct Kinds {
    /// Owner and name, or the program of tasks without names; nil: nothing tells.
    var exact: CodePoints?
    /// The same without the number at its end.
    var stem: CodePoints?
  }

  private func samples(of slot: Slot, _ tasks: TaskTable) -> [Int64] {
    let kinds = Self.kinds(of: slot, tasks)
    if let kind = kinds.exact, let found = samples[kind] { return found }
    if let stem = kinds.stem, let found = samples[stem] { return found }
    guard tasks[slot].isFamilial, let book = tasks.jobs.book(of: tasks[slot].job),
      let family = book.spec.family(of: tasks[slot].member)
    else { return [] }
    let first = Int(family.firstMember) - 1
    return book.members.dropFirst(first).prefix(min(family.count, Self.maxMembers))
      .compactMap { $0 == .none ? nil : Self.runtime($0, tasks) }.sorted()
  }

  /// From the claim to the end of one that succeeded, on the server's clock: as long as it held what it was given.
  private static func runtime(_ slot: Slot, _ tasks: TaskTable) -> Int64? {
    guard tasks[slot].hasSucceeded, let attempt = tasks[slot].attempts.last else { return nil }
    return max(0, tasks[slot].endedAt &- attempt.timeClaimed)
  }

  private static func kinds(of slot: Slot, _ tasks: TaskTable) -> Kinds {
    let spec = tasks[slot].spec
    let book = tasks.jobs.book(of: tasks[slot].job)
    var name = spec.name
    if tasks[slot].isFamilial, let family = book?.spec.family(of: tasks[slot].member) { name = family.name ?? name }
    guard let name else {
      switch spec.work {
      case .program(let words):
        return Kinds(exact: CodePoints(spec.owner + "\n\n" + words.prefix(2).joined(separator: "\n")))
      case .shell(let line): return Kinds(exact: CodePoints(spec.owner + "\n\n" + line))
      case nil: return Kinds()
      }
    }
    var kinds = Kinds(exact: CodePoints(spec.owner + "\n" + name))
    // Within one job a number tells steps apart, as in step1 and step2; of jobs that are one task each it counts them.
    if book?.members.count ?? 1 == 1,
      let end = name.utf8.lastIndex(where: { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    {
      kinds.stem = CodePoints(spec.owner + "\n#" + name[...end])
    }
    return kinds
  }
}

extension RandomAccessCollection<Int64> where Index == Int {
  /// The number that so many of a hundred don't exceed, of a sorted list (by the nearest rank); nil: it is empty.
  fileprivate func percentile(_ part: Int) -> Int64? {
    isEmpty ? nil : self[startIndex + Swift.max(0, (count * part + 99) / 100 - 1)]
  }

  /// Where the numbers of a sorted list begin that are larger than this one.
  fileprivate func partitioningIndex(above number: Int64) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] <= number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
