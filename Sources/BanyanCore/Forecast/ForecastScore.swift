import Collections

/// How well forecasts hold: each says of some tasks when they end, and once they have, it is looked whether they did then.
public struct ForecastScore: Sendable {
  /// So many tasks are looked after at a time.
  static let maxOpen = 1_000
  /// So many of those that ended last make the score.
  static let maxJudged = 100
  /// A moment is met this much beside it too: a part of the time that it was ahead, and milliseconds.
  private static let (part, slack): (Int64, Int64) = (20, 2_000)

  private struct Promise: Sendable {
    var made: Int64
    var earliest: Int64
    var latest: Int64
  }

  private var open: OrderedDictionary<TaskID, Promise> = [:]
  private var judged: Deque<Bool> = []

  /// Nothing was forecast yet.
  public init() {}

  /// How many of the tasks that were judged last ended within their ranges.
  public var held: Int { judged.count { $0 } }
  /// How many were judged: the last hundred at most.
  public var count: Int { judged.count }

  /// Judges what a forecast before said, by what has happened since, and remembers what this one says.
  /// - Parameters:
  ///   - forecast: a new one.
  ///   - source: what it was made of.
  public mutating func take(_ forecast: Forecast, _ source: ForecastSource) {
    var isOver: Set<TaskID> = []
    for (task, promise) in open {
      switch Self.judgement(of: promise, source.state.tasks.slot(task).map { source.state.tasks[$0] }, at: source.now) {
      case .open: continue
      case .void: break
      case .held: judge(true)
      case .missed: judge(false)
      }
      isOver.insert(task)
    }
    if !isOver.isEmpty { open.removeAll { isOver.contains($0.key) } }
    for task in forecast.order where open[task] == nil {
      guard open.count < Self.maxOpen else { break }
      guard let end = forecast.tasks[task]?.end, let latest = end.latest, latest > forecast.time else { continue }
      open[task] = Promise(made: forecast.time, earliest: end.earliest, latest: latest)
    }
  }

  private enum Judgement {
    case open, void, held, missed
  }

  /// What didn't succeed says nothing: a forecast takes it that all does.
  private static func judgement(of promise: Promise, _ task: TaskEntry?, at now: Int64) -> Judgement {
    guard let task, !task.state.isEnded || task.hasSucceeded else { return .void }
    let isEnded = task.state.isEnded
    let end = isEnded ? task.endedAt : now
    func slack(_ moment: Int64) -> Int64 { Self.slack + max(0, moment &- promise.made) / part }
    if end > promise.latest.saturating(plus: slack(promise.latest)) { return .missed }
    guard isEnded else { return .open }
    return end < promise.earliest &- slack(promise.earliest) ? .missed : .held
  }

  private mutating func judge(_ hasHeld: Bool) {
    judged.append(hasHeld)
    if judged.count > Self.maxJudged { judged.removeFirst() }
  }
}
