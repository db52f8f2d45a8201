import BanyanCore
import BanyanJSON
import BanyanWire

/// A job in figures: how far it is, how fast it goes, what it asked for against what it used, and when it may end.
///
/// When it may end is the forecast's to say. Of a job that is too large for that it is estimated: by what is left, the run
/// times of the members that have succeeded, and as many workers as hold members of it now. The mean gives the likely end,
/// the run times that a tenth and nine tenths of them don't exceed give the range. That doesn't know who comes and goes, and
/// it is null where nothing runs or nothing has succeeded yet.
struct JobFigures: Sendable {
  private(set) var figures = TaskFigures()
  private let job: JobRecord
  private let now: Int64
  /// By family, in their order.
  private var parts: [Part]
  /// Run times of members that have succeeded, in milliseconds.
  private var runtimes = Spread()
  private var runtimeSum: Int64 = 0
  /// Tasks with a command that have yet to begin.
  private var waiting = 0
  private var live = 0
  /// Ends within the last minute, five and fifteen.
  private var recent = [0, 0, 0]
  private var askedMemory = Spread()
  private var coreSeconds: (asked: Double, used: Double)?

  /// What is known of a family.
  private struct Part: Sendable {
    /// Members that have not ended.
    var left = 0
    var runtime: (sum: Int64, count: Int64) = (0, 0)
  }

  private static let windows: [(name: StaticString, milliseconds: Int64)] = [
    ("1m", 60_000), ("5m", 300_000), ("15m", 900_000),
  ]

  /// - Parameter now: the server's clock, milliseconds since 1970.
  init(_ job: JobRecord, now: Int64) {
    self.job = job
    self.now = now
    parts = job.families.map { _ in Part() }
  }

  /// Takes a member's newest task. Members come in their order.
  mutating func add(_ task: TaskRecord, family: Int?) {
    figures.add(task)
    let isWork = !task.spec.isGroup
    if !task.state.isEnded {
      if let family { parts[family].left += 1 }
      if task.state.isLive { live += 1 } else if isWork { waiting += 1 }
    } else if task.endedAt > 0 {
      for (place, window) in Self.windows.enumerated() where now - task.endedAt < window.milliseconds {
        recent[place] += 1
      }
    }
    guard isWork else { return }
    if let asked = task.spec.resources?.memoryBytes, !task.attempts.isEmpty { askedMemory.record(asked) }
    for attempt in task.attempts {
      guard let runtime = attempt.runtime, let used = attempt.usage.cpuSeconds else { continue }
      let asked = Double(attempt.cores) * Double(runtime) / 1000
      coreSeconds = ((coreSeconds?.asked ?? 0) + asked, (coreSeconds?.used ?? 0) + used)
    }
    if task.outcome == .succeeded, let runtime = task.attempts.last?.runtime {
      runtimes.record(runtime)
      runtimeSum &+= runtime
      if let family {
        parts[family].runtime = (parts[family].runtime.sum &+ runtime, parts[family].runtime.count + 1)
      }
    }
  }

  private var mean: Int64? { runtimes.count > 0 ? runtimeSum / Int64(runtimes.count) : nil }

  // MARK: The critical path

  /// The longest chain of families that have not ended, each as long as one of its members takes: its own mean, else what
  /// its provider thinks, else the job's mean.
  /// - Returns: nil: the job was not written as families, or nothing tells how long one of them takes.
  var criticalPath: (families: [Int], remaining: Int64)? {
    guard !job.families.isEmpty else { return nil }
    var lengths: [(length: Int64, before: Int?)?] = Array(repeating: nil, count: parts.count)
    var isKnown = true
    // In the order of the graph (Kahn 1962).
    var pending = job.families.map { Set($0.after.map(\.parent)).count }
    var children: [[Int]] = Array(repeating: [], count: parts.count)
    for (place, family) in job.families.enumerated() {
      for parent in Set(family.after.map(\.parent)).sorted() where parts.indices.contains(parent) {
        children[parent].append(place)
      }
    }
    var ready = pending.indices.filter { pending[$0] == 0 }
    while let place = ready.popLast() {
      var length = lengths[place]?.length ?? 0
      if parts[place].left > 0 {
        if let cost = cost(of: place) { length &+= cost } else { isKnown = false }
      }
      lengths[place] = (length, lengths[place]?.before)
      for child in children[place] {
        if length > lengths[child]?.length ?? -1 {
          lengths[child] = (length, parts[place].left > 0 ? place : lengths[place]?.before)
        }
        pending[child] -= 1
        if pending[child] == 0 { ready.append(child) }
      }
    }
    let unended = parts.indices.filter { parts[$0].left > 0 }
    guard isKnown else { return nil }
    guard let end = unended.max(by: { lengths[$0]?.length ?? 0 < lengths[$1]?.length ?? 0 }) else { return ([], 0) }
    var path: [Int] = []
    var step: Int? = end
    while let place = step, path.count <= parts.count {
      path.append(place)
      step = lengths[place]?.before
    }
    return (path.reversed(), lengths[end]?.length ?? 0)
  }

  private func cost(of place: Int) -> Int64? {
    let family = job.families[place]
    if family.spec.isGroup { return 0 }
    let measured = parts[place].runtime
    return measured.count > 0 ? measured.sum / measured.count : family.spec.fields.estimatedRuntime ?? mean
  }

  // MARK: The end

  /// Milliseconds until all is done: at the earliest, likely, at the latest.
  var remaining: (earliest: Int64, likely: Int64, latest: Int64)? {
    guard let mean, live > 0 else { return nil }
    // What runs is half done, taken all together.
    let left = Double(waiting) + Double(live) / 2
    let path = criticalPath?.remaining ?? 0
    func end(_ runtime: Int64) -> Int64 { Int64((left * Double(runtime) / Double(live)).rounded(.up)) }
    let (short, long) = (runtimes.percentile(10), runtimes.percentile(90))
    let earliest = end(min(short, mean))
    let likely = max(end(mean), path, earliest)
    return (earliest, likely, max(end(max(long, mean)) &+ max(long, mean), likely))
  }

  // MARK: Writing

  /// - Parameter expected: what the forecast says of it; nil: nothing.
  func write(to body: inout JSONObjectWriter, expected: ExpectedTimes? = nil, dates: DateForm) {
    body.set("number", Int64(clamping: job.number.value))
    body.set("state", job.state.rawValue)
    let total = MemberState.allCases.reduce(0) { $0 + Int(job.counts[$1]) }
    let ended = Int(job.counts[.succeeded]) + Int(job.counts[.failed]) + Int(job.counts[.cancelled])
    body.set("done", total > 0 ? Double(ended) / Double(total) : 1)
    body.object("counts") { counts in
      for state in MemberState.allCases { counts.set(dynamicKey: state.name, Int(job.counts[state])) }
    }
    figures.write(to: &body)
    body.object("rates") { rates in
      for (window, count) in zip(Self.windows, recent) {
        rates.set(window.name, Double(count) * 1000 / Double(window.milliseconds))
      }
    }
    body.object("memory_bytes") { memory in
      memory.object("asked") { askedMemory.write(to: &$0) }
      memory.object("used") { figures.peakMemory.write(to: &$0) }
    }
    if let coreSeconds {
      body.object("core_seconds") { cores in
        cores.set("asked", coreSeconds.asked)
        cores.set("used", coreSeconds.used)
      }
    } else {
      body.setNull("core_seconds")
    }
    writeEnd(to: &body, expected, dates)
  }

  private func writeEnd(to body: inout JSONObjectWriter, _ expected: ExpectedTimes?, _ dates: DateForm) {
    if let path = criticalPath {
      body.object("critical_path") { object in
        object.array("families") { list in
          for place in path.families.prefix(Descent.maxNamed) {
            list.append(job.families[place].name ?? "\(job.families[place].firstMember)")
          }
        }
        object.set("remaining_milliseconds", path.remaining)
      }
    } else {
      body.setNull("critical_path")
    }
    Self.write(expected?.start, as: "estimated_start", to: &body, dates)
    var end = expected?.end
    if end == nil, let remaining, !job.state.isEnded {
      end = Forecast.Estimate(
        earliest: now &+ remaining.earliest, likely: now &+ remaining.likely, latest: now &+ remaining.latest)
    }
    Self.write(end, as: "estimated_end", to: &body, dates)
  }

  private static func write(
    _ moment: Forecast.Estimate?, as name: StaticString, to body: inout JSONObjectWriter, _ dates: DateForm
  ) {
    guard let moment else { return body.setNull(name) }
    body.object(name) { object in
      object.set("earliest", dates.text(moment.earliest))
      object.set("likely", dates.text(moment.likely))
      if let latest = moment.latest { object.set("latest", dates.text(latest)) }
    }
  }
}
