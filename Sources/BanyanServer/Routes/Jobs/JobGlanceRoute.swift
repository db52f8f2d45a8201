import BanyanCore
import BanyanJSON
import BanyanWire
import HTTPTypes
import Hummingbird

/// `/jobs/glance`: what a list of jobs shows beside each of them, for a screenful at once: what it runs, why it waits, what
/// failed, since when it is at it, and when it may end. It looks at a few members of each, however many there are.
struct JobGlanceRoute: Sendable {
  let queue: TaskQueue

  /// So many jobs are told by one answer.
  static let maxJobs = 128

  func add(to table: RouteTable) {
    let numbers = Operation.Parameter(
      name: "numbers", meaning: "Jobs by their numbers, as in 3,7,12; those that are not there are left out.",
      schema: ["type": "string", "pattern": "^[1-9][0-9]*(,[1-9][0-9]*)*$"], isRequired: true)
    let operation = Operation.item(
      "Tells of some jobs what a list shows beside them.",
      Schema.object([("_items", Schema.list(of: JobGlance.schema))], required: ["_items"]), query: [numbers, .dates])
    table.add("/jobs/glance", [.get: .for(.readers, operation, glance)])
  }

  private func glance(_ request: RestRequest) async throws -> Response {
    let parameters = try request.parameters()
    try parameters.allow(["numbers", "dates"])
    let numbers = try Self.numbers(parameters.value("numbers"))
    let options = try request.options(parameters)
    let view = await queue.view()
    let connected = await queue.connectedWorkers
    let now = queue.clock.wall
    let documents = try await LongReads.shared.run(for: request.reader) { effort throws(Rejection) in
      var finder = WhyFinder(view, connected: connected, at: now)
      var documents: [Document] = []
      for number in numbers {
        guard let job = view.job(number) else { continue }
        documents.append(try JobLook(job, in: view, now: now, effort).glance(&finder, effort).document())
      }
      return documents
    }
    return .json(
      .ok,
      JSONText.object { body in
        body.array("_items") { list in
          for document in documents { list.object { document.write(to: &$0, options) } }
        }
      })
  }

  private static func numbers(_ text: String?) throws(Rejection) -> [JobNumber] {
    guard let text, !text.isEmpty else {
      throw .field("numbers", "missing; give numbers of jobs, as in 3,7,12")
    }
    let words = text.split(separator: ",", omittingEmptySubsequences: false)
    guard words.count <= maxJobs else { throw .field("numbers", "\(words.count) jobs; give at most \(maxJobs)") }
    var numbers: [JobNumber] = []
    for word in words {
      guard let number = UInt64(word), number > 0, word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
        throw .field("numbers", "\(word.prefix(32)); give numbers of jobs, as in 3,7,12")
      }
      numbers.append(JobNumber(number))
    }
    return numbers
  }
}

/// A look at a few members of a job, and what they tell about it.
struct JobLook {
  /// So many members are looked at, from the first.
  private static let maxLookedAt = 256
  /// So many that have not ended tell why the job waits.
  private static let maxUnended = 8
  /// An estimate looks at all members: of no more than these.
  private static let maxEstimated = 2000

  private let job: JobRecord
  private let now: Int64
  private var first: TaskRecord?
  private var failed: TaskRecord?
  private var unended: [TaskRecord] = []
  private var estimate: (earliest: Int64, likely: Int64, latest: Int64)?

  init(_ job: JobRecord, in view: QueueView, now: Int64, _ effort: Effort) throws(Rejection) {
    self.job = job
    self.now = now
    let waiting = JobWhyDocument.waiting(job.counts)
    let live = Int(job.counts[.running]) + Int(job.counts[.pendingCancellation])
    let wanted = min(Self.maxUnended, waiting + live)
    let hasFailed = job.counts[.failed] > 0 || job.counts[.cancelled] > 0
    var lookedAt = 0
    for task in view.tasks(of: job.number) {
      try effort.spend(4)
      lookedAt += 1
      if first == nil { first = task }
      look(at: task)
      let isSated = unended.count >= wanted && (!hasFailed || failed?.outcome == .failed)
      if isSated || lookedAt >= Self.maxLookedAt { break }
    }
    if unended.isEmpty, waiting > 0 {
      // They stand behind many that have ended.
      try effort.spend(job.memberCount / 8)
      for id in view.waitingTasks(of: job.number, waiting: Self.maxUnended, atMost: Self.maxUnended) {
        if let task = view.record(id) { unended.append(task) }
      }
    }
    if live > 0, job.memberCount <= Self.maxEstimated {
      estimate = try Self.figures(job, in: view, now, effort).remaining
    }
  }

  private mutating func look(at task: TaskRecord) {
    if !task.state.isEnded {
      if unended.count < Self.maxUnended { unended.append(task) }
    } else if task.outcome == .failed {
      if failed?.outcome != .failed { failed = task }
    } else if task.outcome == .cancelled, failed == nil {
      failed = task
    }
  }

  private static func figures(
    _ job: JobRecord, in view: QueueView, _ now: Int64, _ effort: Effort
  ) throws(Rejection) -> JobFigures {
    var figures = JobFigures(job, now: now)
    var family = 0
    for task in view.tasks(of: job.number) {
      try effort.spend(4 + task.attempts.count)
      let member = task.place?.member ?? 0
      while family < job.families.count, job.families[family].members.upperBound <= member { family += 1 }
      figures.add(task, family: family < job.families.count ? family : nil)
    }
    return figures
  }

  /// Since when it is at it: where all that is left are further tries, since the first of those was asked for.
  private var since: Int64? {
    guard !unended.isEmpty, unended.allSatisfy({ $0.replaces != nil }) else { return job.started }
    return unended.map(\.created).min()
  }

  func glance(_ finder: inout WhyFinder, _ effort: Effort) throws(Rejection) -> JobGlance {
    var glance = JobGlance(job.number)
    glance.first = first
    glance.since = since
    glance.failed = failed
    glance.estimatedEnd = estimate.map { (now &+ $0.earliest, now &+ $0.likely, now &+ $0.latest) }
    for task in unended where task.state == .available || task.state == .inactive {
      try effort.spend(200 + 20 * finder.view.workers.count)
      guard let why = finder.why(task.id, isCounting: false) else { continue }
      if glance.waiting == nil { glance.waiting = (why, task) }
      // What waits for other tasks of the job says less than what those wait for.
      guard case .parents = why.reason else {
        glance.waiting = (why, task)
        break
      }
    }
    return glance
  }
}
