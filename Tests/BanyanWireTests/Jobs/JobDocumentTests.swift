import BanyanCore
import BanyanJSON
import TestSupport
import Testing

@testable import BanyanWire

@Suite struct JobDocumentTests {
  private static func family(
    _ name: String?, first: UInt32, _ parameters: Parameters? = nil, after: [FamilyEdge] = []
  ) -> Family {
    var fields = TaskFields()
    fields.name = name
    fields.work = .shell("fit {lr}")
    fields.resources = ResourceRequest()
    return Family(
      name: name, firstMember: first, count: parameters?.count ?? 1, parameters: parameters,
      spec: TaskSpec(owner: "ann", fields: fields, isTemplate: true), isHeld: false, wantsAvailable: true, after: after,
      numbered: [])
  }

  private static let matrix = Parameters.matrix([
    ParameterAxis(name: "lr", values: ["0.1", "a,\"b\""]), ParameterAxis(name: "name", values: ["x"]),
  ])

  private static func job() -> JobRecord {
    var counts = JobCounts()
    counts[.available] = 2
    counts[.succeeded] = 1
    var job = JobRecord(
      number: JobNumber(12), name: "sweep", owner: "ann", created: 0, updated: 0, counts: counts, memberCount: 3,
      started: nil, lastEnd: 0)
    job.labels = ["paper": "3"]
    job.families = [
      family("prepare", first: 1), family("fit", first: 2, matrix, after: [FamilyEdge(parent: 0)]),
    ]
    job.resumes = JobNumber(7)
    return job
  }

  @Test func `A job tells its families, labels and what it resumes`() throws {
    let document = JobDocument.document(Self.job()).json()
    #expect(document["labels"] == ["paper": "3"] && document["resumes"] == 7 && document["task_count"] == 3)
    #expect(
      document["families"] == [
        ["name": "prepare", "count": 1, "parameters": [], "first_member": 1],
        ["name": "fit", "count": 2, "parameters": ["lr", "name"], "first_member": 2],
      ])
    #expect(document.object?.keys.allSatisfy(JobDocument.fieldNames.contains) == true)
  }

  @Test func `Of single tasks the families are derived, neighbours of one array as one`() throws {
    let batch = TaskID(seconds: 1, rest: 9)
    let tasks = (1...6).map { number in
      TaskRecord.sample(UInt64(number)) { record, fields in
        record.place = JobPlace(job: JobNumber(1), member: UInt32(number))
        fields.name = "t\(number)"
        if number > 3 { fields.array = ArrayPlace(name: "arr", index: Int64(number), batch: batch) }
      }
    }
    let families = try JobFamily.derived(from: tasks, .unbounded)
    #expect(families.map(\.name) == ["t1", "t2", "t3", "arr"] && families.map(\.count) == [1, 1, 1, 3])
    #expect(families.map(\.firstMember) == [1, 2, 3, 4] && families.map(\.parameters) == [[], [], [], ["index"]])
    let many = (1...2000).map { TaskRecord.sample(UInt64($0)) }
    #expect(try JobFamily.derived(from: many, .unbounded).count == JobFamily.mostDerived)
  }

  private static func member(_ member: UInt32) -> TaskRecord {
    TaskRecord.sample(UInt64(member)) { record, fields in
      let family = Self.job().families[1]
      fields = family.spec(of: member, from: family.spec).fields
      record.family = family
      record.place = JobPlace(job: JobNumber(12), member: member)
      record.takenOverFrom = member == 3 ? TaskID(seconds: 1, rest: 1) : nil
    }
  }

  @Test func `A task tells its family, its parameters and whose success it took over`() throws {
    let document = TaskDocument.json(Self.member(3))
    #expect(document["family"] == "fit" && document["parameters"] == ["lr": "a,\"b\"", "name": "x"])
    #expect(
      document["taken_over_from"] == "000000010000000000000001" && document["job"] == 12 && document["member"] == 3)
    #expect(document["command"] == "fit a,\"b\"")
    #expect(TaskDocument.json(.sample())["parameters"] == nil)
    let query = try ListQuery(parameters: [("where", #"{"parameters.lr": "0.1", "family": "fit"}"#)], fields: .tasks())
    #expect(try query.select(from: [Self.member(2), Self.member(3), .sample()]).items.map(\.place?.member) == [2])
  }

  @Test func `Who is given a task is told its place, its family and its parameters`() throws {
    var text: [UInt8] = []
    let worker = WorkerID(seconds: 1, rest: 9)
    let claimed = ClaimedTask(record: Self.member(2), attempt: .sample(1, worker: worker))
    _ = ClaimedMessage.encode(id: nil, [claimed], limit: .max, into: &text) { _, token in
      token[0] = UInt8(ascii: "t")
      return 1
    }
    let read = try MessageFields.read(JSONDocument(parsing: text).root) { ClaimedMessage($0) }
    let task = try #require(read.tasks.first)
    #expect(task.job == 12 && task.member == 2 && task.family == "fit")
    #expect(task.parameters == ["lr": "0.1", "name": "x"] && task.fields.name == "fit[0.1,x]")
    var again: [UInt8] = []
    read.encode(into: &again)
    #expect(try MessageFields.read(JSONDocument(parsing: again).root) { ClaimedMessage($0) } == read)
  }

  // MARK: Results

  @Test func `Results are rows, as JSON and as CSV`() throws {
    var task = Self.member(3)
    var attempt = AttemptRecord.sample(1, worker: WorkerID(seconds: 9, rest: 9))
    attempt.timeStarted = 1_364_898_560_000
    attempt.timeTerminated = 1_364_898_561_500
    attempt.exitStatus = ExitStatus.success
    attempt.usage.peakMemoryBytes = 1000
    task.attempts = [attempt]
    task.state = .terminated
    let row = JobResults.document(task) { _ in "box \"1\"" }
    #expect(row.json(DocumentOptions(dates: .iso8601))["runtime"] == 1.5)
    #expect(row.members.map(\.name).allSatisfy(JobResults.fieldNames.contains))
    let parameters = JobResults.parameters(of: Self.job())
    var text: [UInt8] = []
    JobResults.appendHead(parameters, to: &text)
    JobResults.append(row, parameters, dates: .iso8601, to: &text)
    JobResults.append(JobResults.document(.sample()) { _ in nil }, parameters, dates: .iso8601, to: &text)
    #expect(
      String(decoding: text, as: UTF8.self)
        == "member,name,lr,parameters.name,outcome,exit_status,attempts,started,ended,runtime,peak_memory_bytes,"
        + "asked_memory_bytes,cpu_seconds,worker\r\n"
        + "3,\"fit[a,\"\"b\"\",x]\",\"a,\"\"b\"\"\",x,succeeded,success,1,2013-04-02T10:29:20.000Z,"
        + "2013-04-02T10:29:21.500Z,1.5,1000,134217728,,\"box \"\"1\"\"\"\r\n"
        + ",,,,,,0,,,,,134217728,,\r\n")
  }

  // MARK: Why

  private static func why(_ number: UInt64, _ reason: Why.Reason) -> Why {
    Why(
      task: TaskMention(id: TaskID(seconds: 1, rest: number), name: "t\(number)", state: .available, cause: nil),
      reason: reason)
  }

  @Test func `Why a job waits is told by what holds most of it back, and how many were looked at`() throws {
    var job = Self.job()
    job.counts[.available] = 5000
    var document = JobWhyDocument(job)
    document.add(Self.why(1, .held), member: 1)
    for number in 2...4 { document.add(Self.why(UInt64(number), .noWorkerForQueue("night")), member: UInt32(number)) }
    document.add(Self.why(5, .noWorkerForQueue("day")), member: 5)
    let told = document.document().json()
    #expect(told["waiting"] == 5000 && told["looked_at"] == 5)
    #expect(told["reasons"]?.array?.map { $0["count"] } == [3, 1, 1])
    #expect(told["reasons"]?[0]?["reason"] == "no_worker_for_queue")
    #expect(told["reasons"]?[0]?["example"]?["member"] == 2)
    #expect(
      told["sentence"]
        == "3 of 5 that were looked at, of 5000 waiting tasks, wait as t2 does. No worker takes from its queue, night.")
  }

  @Test func `A job of which nothing waits says so`() {
    var job = Self.job()
    job.counts = JobCounts()
    job.counts[.running] = 1
    #expect(JobWhyDocument(job).document().json()["sentence"] == "Nothing of it waits: its last task runs.")
    job.counts = JobCounts()
    job.counts[.failed] = 2
    #expect(JobWhyDocument(job).document().json()["sentence"] == "It has ended: 2 of its 3 tasks failed.")
    job.counts = JobCounts()
    job.counts[.held] = 1
    var document = JobWhyDocument(job)
    document.add(Self.why(1, .held), member: 1)
    #expect(
      document.document().json()["sentence"]
        == "Its one waiting task is t1. It is on hold, until its provider lets it go.")
  }
}
