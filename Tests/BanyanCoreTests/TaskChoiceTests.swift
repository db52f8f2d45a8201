import Simulation
import Testing

@testable import BanyanCore

/// Tasks and jobs by what is kept of all of them.
@Suite struct TaskChoiceTests {
  /// Each event of a bench's queue keeps the counts, and each page is what a scan finds.
  private func check(_ bench: Bench, _ words: String = "") {
    #expect(bench.state.violations().isEmpty, "\(words)")
    var law = PageLaw(bench.state.view, seed: 7)
    #expect(law.check(pages: 60).isEmpty, "\(words)")
  }

  private static func family(_ name: String, _ parameters: Parameters? = nil) -> FamilyDraft {
    var fields = TaskFields()
    fields.name = name
    fields.work = .shell("true")
    fields.resources = ResourceRequest()
    return FamilyDraft(fields: fields, parameters: parameters)
  }

  private func submit(_ bench: inout Bench, _ family: FamilyDraft) throws(Rejection) -> JobNumber {
    let answer = try bench.perform(.submitJob(JobSubmission(families: [family], by: bench.ann))).answer
    guard case .jobSubmitted(let receipt) = answer else { throw Rejection(.malformed, "no receipt") }
    return receipt.number
  }

  @Test func pagesAreWhatAScanFinds() throws {
    var bench = Bench()
    for number in 0..<40 {
      let draft = Bench.draft(available: number % 3 != 0) { $0.queue = "q\(number % 4)" }
      _ = try bench.submit(draft, by: number % 2 == 0 ? bench.ann : bench.bob)
    }
    check(bench, "all wait")
    let worker = try bench.worker(cores: 16).worker.id
    let claimed = try bench.claim(worker, max: 12)
    check(bench, "some run")
    for task in claimed.prefix(4) { #expect(try bench.report(worker, task) == nil) }
    try bench.perform(.cancel(claimed.suffix(3).map(\.id), grace: nil, by: bench.ann))
    check(bench, "some ended, some are being cancelled")
    try bench.perform(.forget(claimed.prefix(2).map(\.id), .ended, by: bench.ann))
    check(bench, "some are forgotten")
  }

  /// More owners and queues than are kept apart are looked at one by one.
  @Test func kindsBeyondThoseThatAreKeptApartAreMixed() {
    var tally = TaskTally(maxKinds: 2)
    let specs = (0..<4).map { number -> TaskSpec in
      var fields = TaskFields()
      fields.queue = "q\(number)"
      return TaskSpec(owner: "ann", fields: fields)
    }
    let kinds = specs.map { tally.kind(of: $0) }
    #expect(kinds.prefix(2) == [0, 1])
    // Nobody is of the first ones: their numbers are given anew.
    #expect(Set(kinds.suffix(2)).isSubset(of: [0, 1]))
    tally = TaskTally(maxKinds: 2)
    for (slot, spec) in specs.enumerated() {
      let kind = tally.kind(of: spec)
      #expect((kind == TaskTally.mixed) == (slot > 1))
      tally.add(Slot(slot)..<Slot(slot) + 1, kind, .available)
    }
    #expect(!tally.tellsAllNames)
    var choice = TaskChoice()
    #expect(tally.total(tally.kinds(of: choice)) == 4)
    choice.queues = ["q3"]
    #expect(tally.part(0, tally.kinds(of: choice)) == .some)
    tally.remove(2..<4, TaskTally.mixed, .available)
    #expect(tally.tellsAllNames)
    #expect(tally.total(tally.kinds(of: choice)) == 0)
  }

  @Test func whatIsOfNoKindIsFoundAllTheSame() throws {
    var bench = Bench()
    bench.state.tasks.tally = TaskTally(maxKinds: 3)
    for number in 0..<30 {
      _ = try bench.submit(
        Bench.draft { $0.queue = "q\(number % 6)" }, by: number % 2 == 0 ? bench.ann : bench.bob)
    }
    check(bench)
    var choice = TaskChoice()
    choice.queues = ["q5"]
    #expect(bench.state.view.count(choice) == 5)
    #expect(bench.state.view.totals.reduce(0) { $0 + $1[.available] } == 30)
  }

  /// Rows that are not written out are not looked at one by one.
  @Test func aRareTaskOfALargeFamilyIsFound() throws {
    var bench = Bench()
    let span = try #require(IndexSpan(first: 1, last: 5000, step: 1))
    let job = try submit(&bench, Self.family("fit", .range([span])))
    let worker = try bench.worker(cores: 2).worker.id
    _ = try bench.claim(worker, max: 2)
    check(bench)
    var choice = TaskChoice()
    choice.standings = Standings { $0 == .running }
    let page = bench.state.view.newestTasks(of: choice, after: nil, atMost: 10)
    #expect(page.total == 2)
    #expect(page.tasks.map(\.place) == [1, 2].map { JobPlace(job: job, member: $0) })
    choice.standings = Standings { $0 == .available }
    choice.jobs = [job]
    let last = bench.state.view.newestTasks(of: choice, after: nil, backwards: true, from: 4997, atMost: 10)
    #expect(last.total == 4998)
    #expect(last.tasks.map(\.place?.member) == [3])
    #expect(bench.state.tasks.rows.unwrittenParts(of: 0).reduce(0) { $0 + $1.count } > 4000)
  }

  @Test func anUnnamedJobOfOneMemberIsFoundUnderItsName() throws {
    var bench = Bench()
    let job = try submit(&bench, Self.family("build"))
    #expect(bench.state.job(job)?.name == "build")
    var choice = JobChoice()
    choice.names = ["build"]
    #expect(bench.state.view.jobs(of: choice, after: nil, atMost: 5).jobs.map(\.number) == [job])
    #expect(bench.state.task(named: "build", asker: bench.ann.name) == nil)
    #expect(bench.state.tasks.find("build", asker: bench.ann.name)?.count == 1)
  }
}
