import BanyanCore
import BanyanJSON
import BanyanWire
import TestSupport
import Testing

@Suite struct ProviderMessagesTests {
  private let task = TaskID(seconds: 1, rest: 2)

  @Test func submitGoesThrough() throws {
    let message = SubmitMessage(
      id: .number(7), tasks: [["command": "x", "requested_resources": [:]], ["name": "g"]], key: "k")
    guard case .submit(let request) = try request(message.encode) else {
      Issue.record("not a submit")
      return
    }
    #expect(request.id == .number(7) && request.key == "k")
    guard case .tasks(let drafts) = request.content else {
      Issue.record("not single tasks")
      return
    }
    #expect(drafts.map(\.fields.work) == [.shell("x"), nil])
    let same = try SubmitRequest(
      JSONDocument(parsing: #"{"tasks": [{"requested_resources": {}, "command": "x"}, {"name": "g"}], "key": "k"}"#)
        .root)
    #expect(request.canonicalBody != nil && request.canonicalBody == same.canonicalBody)
    let answer = SubmittedMessage(id: .number(7), tasks: [task])
    #expect(try self.answer(answer.encode) == .submitted(answer))
  }

  @Test func aJobGoesThrough() throws {
    let message = SubmitMessage(
      id: .number(7), job: ["name": "j", "tasks": [["name": "a", "range": "1-3"]]], key: "k")
    guard case .submit(let request) = try request(message.encode), case .job(let job) = request.content else {
      Issue.record("not a job")
      return
    }
    #expect(job.name == "j" && job.families.first?.parameters?.count == 3 && request.canonicalBody != nil)
    let receipt = JobReceipt(number: JobNumber(3), taskCount: 3, takenOver: 1, firstTask: task)
    let answer = SubmittedMessage(id: .number(7), receipt, remarks: ["so"])
    #expect(answer.tasks == [task, task.advanced(by: 1), task.advanced(by: 2)] && answer.job?.number == JobNumber(3))
    #expect(try self.answer(answer.encode) == .submitted(answer))
    let large = SubmittedMessage(
      JobReceipt(number: JobNumber(3), taskCount: 1_000_000, takenOver: 0, firstTask: task), remarks: [])
    #expect(large.tasks.isEmpty)
    #expect(try self.answer(large.encode) == .submitted(large))
    let text = #"{"type": "submit", "id": 1, "job": {"tasks": [{}, {"comand": 1}]}}"#
    let rejection = try #require(throws: Rejection.self) { try ProviderRequest(JSONDocument(parsing: text).root) }
    #expect(rejection.issues.map(\.field) == ["job.tasks.1.comand"])
  }

  @Test func jobsAreWatched() throws {
    let message = SubscribeMessage(id: .number(1), jobs: [JobNumber(12)], fromSequence: 3)
    guard case .subscribe(let read) = try request(message.encode) else {
      Issue.record("not a subscribe")
      return
    }
    #expect(read == message)
    var counts = JobCounts()
    counts[.running] = 2
    var record = JobRecord(
      number: JobNumber(12), name: "sweep", owner: "ann", created: 0, updated: 5, counts: counts, memberCount: 2,
      started: 5, lastEnd: 0)
    record.labels = ["a": "b"]
    let changed = EventMessage(subscription: .number(1), sequence: 9, job: JobNumber(12), record, time: 5)
    guard case .event(let told) = try answer(changed.encode) else {
      Issue.record("not an event")
      return
    }
    #expect(
      told.kind == "job_changed" && told.jobState == .running && told.state == nil && told.text("name") == "sweep")
    #expect(told.detail.contains(FieldValue.Member("job", .integer(12))))
    let gone = EventMessage(subscription: .number(1), sequence: 9, job: JobNumber(12), nil, time: 5)
    guard case .event(let last) = try answer(gone.encode) else { return }
    #expect(last == gone && last.kind == "job_forgotten")
    let placed = EventMessage(
      subscription: .number(1), sequence: 9, time: 5, .taskDue(task), at: JobPlace(job: JobNumber(12), member: 7))
    #expect(placed.detail == [FieldValue.Member("job", .integer(12)), FieldValue.Member("member", .integer(7))])
  }

  @Test func submitTellsWhatIsWrong() throws {
    let text = #"{"type": "submit", "id": 1, "tasks": [{}, {"comand": 1}]}"#
    let rejection = try #require(throws: Rejection.self) { try ProviderRequest(JSONDocument(parsing: text).root) }
    #expect(rejection.issues.map(\.field) == ["tasks.1.comand"])
    for text in [
      #"{"type": "submit"}"#, #"{"type": "submit", "tasks": {}}"#, #"{"type": "submit", "tasks": [], "key": ""}"#,
      #"{"type": 5}"#, "{}", "[]", #"{"type": "get", "where": 5}"#, #"{"type": "cancel"}"#,
      #"{"type": "get", "page": 0}"#,
      #"{"type": "cancel", "tasks": ["x"]}"#, #"{"type": "cancel", "tasks": [], "where": {}}"#,
      #"{"type": "subscribe"}"#, #"{"type": "subscribe", "id": 1, "jobs": []}"#,
      #"{"type": "subscribe", "id": 1, "jobs": [0]}"#,
      #"{"type": "subscribe", "id": 1, "jobs": 1}"#, #"{"type": "submit", "job": {}}"#,
      #"{"type": "submit", "tasks": [], "job": {"tasks": [{}]}}"#,
      #"{"type": "subscribe", "id": 1, "from_sequence": -1}"#, #"{"type": "unsubscribe"}"#,
      #"{"type": "authenticate"}"#,
      #"{"type": "get", "id": {}}"#, #"{"type": "get", "max_results": 10001}"#,
    ] {
      #expect(throws: Rejection.self, "\(text)") { try ProviderRequest(JSONDocument(parsing: text).root) }
    }
    #expect(try ProviderRequest(JSONDocument(parsing: #"{"type": "sing"}"#).root) == nil)
  }

  @Test func aKeyHasItsLimitAndItsNameOnTheSocket() throws {
    func submit(_ key: String) throws -> ProviderRequest? {
      let text = JSON.object(["type": "submit", "key": .string(key), "tasks": []]).encoded()
      return try ProviderRequest(JSONDocument(parsing: text).root)
    }
    #expect(try submit(String(repeating: "ä", count: 127) + "b") != nil)
    for key in ["", String(repeating: "ä", count: 128)] {
      let refused = #expect(throws: Rejection.self) { try submit(key) }
      #expect(refused?.issues.map(\.field) == ["key"])
      #expect(refused?.message.contains("give 1 to 255") == true)
    }
    let used = ErrorMessage(Rejection.field(IdempotencyKey.field, "was used"))
    #expect(used.issues == [.init(field: "key", trouble: "was used")] && used.message == "key: was used")
  }

  @Test func cancelGoesThrough() throws {
    guard
      case .cancel(let some) = try request(
        CancelMessage(id: .text("a"), .tasks([task]), shutdownTimeMilliseconds: 5).encode),
      case .tasks(let tasks) = some.target,
      case .cancel(let all) = try request(CancelMessage(.matching(["state": "running"])).encode),
      case .matching(let filter) = all.target
    else {
      Issue.record("not the cancels that were sent")
      return
    }
    #expect(tasks == [task] && some.grace == 5 && some.id == .text("a"))
    #expect(try !filter.matches(TaskRecord.sample()))
    let answer = CancelledMessage(
      id: .text("a"), results: [.init(task: task, state: .pendingCancellation), .init(task: task, state: nil)])
    #expect(try self.answer(answer.encode) == .cancelled(answer))
  }

  @Test func getGoesThrough() throws {
    let message = GetMessage(
      id: .number(1), filter: ["name": "x"], projection: ["name": 1], sort: "-_id", maxResults: 5, page: 2)
    guard case .get(let request) = try request(message.encode) else {
      Issue.record("not a get")
      return
    }
    #expect(request.query.page == 2 && request.query.maxResults == 5)
    let page = try ListQuery().select(from: [TaskRecord.sample()])
    func encode(_ page: Selection<TaskRecord>, _ limit: Int = .max) throws -> (left: Int?, text: [UInt8]) {
      var text: [UInt8] = []
      let left = try ItemsMessage.encode(
        id: .number(1), page, sequence: 99, options: DocumentOptions(dates: .iso8601), limit: limit, .unbounded,
        into: &text)
      return (left, text)
    }
    let whole = try encode(page).text
    let (exact, tight) = (try encode(page, whole.count), try encode(page, whole.count - 1))
    #expect(exact.left == 0 && exact.text == whole && tight.left == nil)
    let many = try ListQuery().select(from: (1...5).map { TaskRecord.sample(UInt64($0)) })
    let all = try encode(many).text
    let fitting = try encode(many, all.count)
    #expect(fitting.left == 0 && fitting.text == all)
    for limit in whole.count + 256..<all.count {
      let (left, text) = try encode(many, limit)
      guard case .items(let cut)? = try answer({ $0 += text }) else {
        Issue.record("not items")
        return
      }
      #expect(text.count <= limit && cut.total == 5 && cut.leftOut == left)
      #expect(cut.leftOut > 0 && cut.items.count + cut.leftOut == 5)
    }
    guard case .items(let items)? = try answer({ $0 += whole }) else {
      Issue.record("not items")
      return
    }
    #expect(items.sequence == 99 && items.total == 1 && items.id == .number(1))
    #expect(items.items == [TaskDocument.json(.sample(), DocumentOptions(dates: .iso8601))])
  }

  @Test func subscriptionsGoThrough() throws {
    guard case .subscribe(let all) = try request(SubscribeMessage(id: .text("s"), fromSequence: 7).encode),
      case .subscribe(let some) = try request(SubscribeMessage(id: .text("s"), tasks: [task]).encode),
      case .unsubscribe(let end) = try request(UnsubscribeMessage(id: .number(2), subscription: .text("s")).encode),
      case .authenticate(let login) = try request(AuthenticateMessage(token: "t").encode)
    else {
      Issue.record("not what was sent")
      return
    }
    #expect(all == SubscribeMessage(id: .text("s"), fromSequence: 7))
    #expect(some.tasks == [task])
    #expect(end.subscription == .text("s"))
    #expect(login.token == "t")
    let answers: [ProviderAnswer] = [
      .subscribed(SubscribedMessage(id: .text("s"), sequence: 7)), .unsubscribed(UnsubscribedMessage(id: .number(2))),
      .lagged(LaggedMessage(subscription: .text("s"), from: 1, to: 5)),
      .authenticated(AuthenticatedMessage(id: nil, user: task)),
    ]
    for expected in answers {
      let read = try self.answer { buffer in
        switch expected {
        case .subscribed(let message): message.encode(into: &buffer)
        case .unsubscribed(let message): message.encode(into: &buffer)
        case .lagged(let message): message.encode(into: &buffer)
        case .authenticated(let message): message.encode(into: &buffer)
        default: break
        }
      }
      #expect(read == expected)
    }
  }

  @Test func everyKindOfEventIsTold() throws {
    let worker = WorkerID(seconds: 3, rest: 3)
    let events: [(Event, String, TaskState?)] = [
      (.taskCreated(task, spec: TaskSpec(owner: "ann", fields: TaskFields()), isHeld: false), "created", .inactive),
      (.taskMadeAvailable(task, delayedUntil: 0), "available", .available),
      (.taskClaimed(task, .sample(worker: worker)), "claimed", .running),
      (
        .attemptEnded(task, AttemptEnd(exitStatus: "success", timeTerminated: 5, outcome: .succeeded)), "ended",
        .terminated
      ),
      (.attemptEnded(task, AttemptEnd(exitStatus: "x", timeTerminated: nil, outcome: .lost)), "ended", .available),
      (
        .cancellationRequested(task, killDue: 5, grace: 5, cause: .words("cancelled by ann")), "cancellation_requested",
        .pendingCancellation
      ),
      (.taskCancelled(task, cause: .words("cancelled by ann")), "cancelled", .cancelled),
      (.tasksForgotten([task]), "forgotten", nil),
      (.workerRemoved(worker, user: worker, name: "w"), "worker_removed", nil),
    ]
    for (event, kind, state) in events {
      let message = EventMessage(subscription: .text("s"), sequence: 5, time: 1000, event)
      #expect(message.kind == kind && message.state == state)
      guard case .event(let read)? = try answer(message.encode) else {
        Issue.record("not an event")
        continue
      }
      #expect(read.kind == kind && read.state == state && read.time == 1000 && read.sequence == 5)
      #expect(read.task == message.task && read.worker == message.worker)
      #expect(read.text("cause") == message.text("cause"))
    }
  }

  private func request(_ encode: (inout [UInt8]) -> Void) throws -> ProviderRequest? {
    var text: [UInt8] = []
    encode(&text)
    return try ProviderRequest(JSONDocument(parsing: text).root)
  }

  private func answer(_ encode: (inout [UInt8]) -> Void) throws -> ProviderAnswer? {
    var text: [UInt8] = []
    encode(&text)
    return try ProviderAnswer(JSONDocument(parsing: text).root)
  }
}
