@testable import BanyanCore
import Testing

/// What the simulation of jobs found, or comes upon too seldom: ties, and places in the row.
@Suite struct TieTests {
  private static func family(
    _ name: String, _ count: Int64, after: [JobReference] = [], stop: UInt32? = nil, available: Bool = true
  ) -> FamilyDraft {
    var fields = TaskFields()
    fields.name = name
    fields.work = .shell("true")
    fields.resources = ResourceRequest()
    return FamilyDraft(
      fields: fields, parameters: .range([IndexSpan(first: 1, last: count)].compactMap { $0 }),
      wantsAvailable: available, after: after, stopAfterFailures: stop)
  }

  private func submit(
    _ bench: inout Bench, by: Principal? = nil, resume: JobNumber? = nil, _ families: FamilyDraft...
  ) throws(Rejection) -> JobReceipt {
    let submission = JobSubmission(families: families, resumes: resume, by: by ?? bench.ann)
    guard case .jobSubmitted(let receipt) = try bench.perform(.submitJob(submission)).answer else {
      throw Rejection(.malformed, "no receipt")
    }
    return receipt
  }

  private func retry(_ bench: inout Bench, _ tasks: [TaskID], by: Principal? = nil) throws(Rejection) -> [TaskID] {
    guard case .retried(let pairs) = try bench.perform(.retry(Retry(tasks: tasks, by: by ?? bench.ann))).answer else {
      throw Rejection(.malformed, "no copies")
    }
    return pairs.map(\.copy)
  }

  /// 70 behind 70, of which the first failed; what they are, and their worker.
  private func broken(_ bench: inout Bench) throws -> (upper: JobReceipt, lower: JobReceipt, worker: WorkerID) {
    let upper = try submit(&bench, Self.family("a", 70))
    let lower = try submit(&bench, by: bench.bob, Self.family("b", 70, after: [.job(upper.number)]))
    let worker = try bench.worker(cores: 1000, memory: 1 << 40).worker.id
    for (place, task) in try bench.claim(worker).enumerated() {
      #expect(try bench.report(worker, task, place == 0 ? "failure (exit 1)" : ExitStatus.success) == nil)
    }
    return (upper, lower, worker)
  }

  @Test func whatHangsOnATieIsTriedAgainByWhomeverItIs() throws {
    var bench = Bench()
    let ann = Principal(user: bench.ann.user, name: "ann", role: .provider)
    let (upper, lower, worker) = try broken(&bench)
    do {
      _ = try retry(&bench, [lower.tasks[3]], by: bench.bob)
      Issue.record("its parent failed")
    } catch {
      #expect(error.issues.first?.field == "\(lower.tasks[3]).after")
      #expect(error.issues.first?.trouble.contains("\(upper.tasks[0]) failed") == true)
    }
    // What is another's stays as it is, and is that one's to try again, in parts too.
    let again = try retry(&bench, [upper.tasks[0]], by: ann)
    #expect(again.count == 1)
    let some = try retry(&bench, [lower.tasks[3]], by: bench.bob)
    let others = try retry(&bench, [lower.tasks[4], lower.tasks[5]], by: bench.bob)
    #expect((some + others).allSatisfy { bench.status($0) == .inactive })
    for task in try bench.claim(worker) { #expect(try bench.report(worker, task) == nil) }
    #expect((some + others).allSatisfy { bench.status($0) == .available })
  }

  /// All that waits behind a tie is told the same, however many wait and however many have succeeded.
  @Test func whoWaitsBehindATieIsToldThoseThatAreLeft() throws {
    var bench = Bench()
    let upper = try submit(&bench, Self.family("a", 70))
    let lower = try submit(&bench, Self.family("b", 70, after: [.job(upper.number)]))
    let worker = try bench.worker(cores: 1000, memory: 1 << 40).worker.id
    for task in try bench.claim(worker).prefix(50) { #expect(try bench.report(worker, task) == nil) }
    var finder = WhyFinder(bench.state.view, connected: [worker])
    for task in lower.tasks {
      guard case .parents(let parents, let count)? = finder.why(task)?.reason else {
        Issue.record("it waits for its parents")
        return
      }
      #expect(count == 20)
      #expect(parents.map(\.id) == Array(upper.tasks)[50..<66].map { $0 })
    }
  }

  @Test func aRetryTakesAlongWhatHangsOnATieThatWasTriedAgain() throws {
    var bench = Bench()
    let (upper, _, worker) = try broken(&bench)
    let first = try retry(&bench, [upper.tasks[0]])
    #expect(first.count == 71)
    let task = try #require(try bench.claim(worker).first)
    #expect(try bench.report(worker, task, "failure (exit 1)") == nil)
    #expect(try retry(&bench, [first[0]]).count == 71)
  }

  @Test func belowWhatIsBeingCancelledNothingIsTriedAgain() throws {
    var bench = Bench()
    let receipt = try submit(&bench, Self.family("a", 70), Self.family("b", 70, after: [.name("a")]))
    let worker = try bench.worker(cores: 1000, memory: 1 << 40).worker.id
    _ = try bench.claim(worker)
    _ = try bench.cancel(receipt.tasks[0], receipt.tasks[80])
    #expect(throws: Rejection.self) { _ = try retry(&bench, [receipt.tasks[80]]) }
  }

  @Test func whatATieWaitedForIsForgotten() throws {
    var bench = Bench()
    let receipt = try submit(
      &bench, Self.family("a", 70, available: false), Self.family("b", 70, after: [.name("a")]))
    let parents = Array(receipt.tasks.prefix(70))
    for id in parents.dropLast() {
      var patch = TaskPatch(task: id)
      patch.state = .available
      _ = try bench.perform(.update([patch], by: bench.ann))
    }
    let worker = try bench.worker(cores: 1000, memory: 1 << 40).worker.id
    for task in try bench.claim(worker) { #expect(try bench.report(worker, task) == nil) }
    _ = try bench.perform(.forget([parents[69]], .endedOrIdle, by: bench.ann))
    let child = try #require(bench.state.record(receipt.tasks[70]))
    #expect(child.state == .inactive && child.pendingDependencyCount == 0)
    var patch = TaskPatch(task: child.id)
    patch.state = .available
    _ = try bench.perform(.update([patch], by: bench.ann))
    #expect(bench.state.tasks.ties.isEmpty)
  }

  @Test func toNameTheContinuationsThatATaskShowsChangesNothing() throws {
    var bench = Bench()
    let receipt = try submit(&bench, Self.family("a", 70), Self.family("b", 70, after: [.name("a")]))
    var patch = TaskPatch(task: receipt.tasks[0])
    patch.continuations = []
    #expect(try bench.perform(.update([patch], by: bench.ann)).events.isEmpty)
  }

  @Test func eachFurtherFailureStopsWhatWasTriedAgain() throws {
    var bench = Bench()
    let receipt = try submit(&bench, Self.family("a", 6, stop: 2))
    let worker = try bench.worker(cores: 1000, memory: 1 << 40).worker.id
    for task in try bench.claim(worker, max: 2) { #expect(try bench.report(worker, task, "failure (exit 1)") == nil) }
    #expect(bench.state.job(receipt.number)?.counts[.cancelled] == 4)
    let copies = try retry(&bench, [receipt.tasks[2], receipt.tasks[3]])
    let task = try #require(try bench.claim(worker, max: 1).first)
    #expect(try bench.report(worker, task, "failure (exit 1)") == nil)
    #expect(bench.status(copies[1]) == .cancelled)
  }

  @Test func whatFailedIsNobodysOrigin() throws {
    var bench = Bench()
    let first = try submit(&bench, Self.family("a", 1))
    let worker = try bench.worker().worker.id
    let failed = try #require(try bench.claim(worker).first)
    #expect(try bench.report(worker, failed, "failure (exit 1)") == nil)
    let again = try retry(&bench, [first.tasks[0]])
    let done = try #require(try bench.claim(worker).first)
    #expect(try bench.report(worker, done) == nil)
    let second = try submit(&bench, resume: first.number, Self.family("a", 1))
    #expect(bench.state.record(second.tasks[0])?.takenOverFrom == again[0])
    _ = try bench.perform(.forget(again, .ended, by: bench.ann))
    #expect(bench.state.record(second.tasks[0])?.takenOverFrom == nil)
  }

  @Test(arguments: [5, 1500] as [Int64]) func labelsAndLimitsCostNoPlaceInTheRow(_ count: Int64) throws {
    var bench = Bench()
    let receipt = try submit(&bench, Self.family("a", count))
    let behind = try bench.submit(Bench.draft("behind"))
    var change = JobChange(job: receipt.number, by: bench.ann)
    change.changes = [.set(.labels) { $0.labels = ["a": "b"] }]
    _ = try bench.perform(.changeJob(change))
    if count > 1024 {
      var rows = 0
      bench.state.view.forEachRun { rows += $1 }
      #expect(rows == 1024, "they are one yet")
    }
    change.changes = []
    change.maxRunning = .some(UInt32(count))
    _ = try bench.perform(.changeJob(change))
    let worker = try bench.worker(cores: 10_000, memory: 1 << 50).worker.id
    let given = try bench.claim(worker, max: 2000).map(\.id)
    #expect(given == Array(receipt.tasks) + behind)
  }
}
