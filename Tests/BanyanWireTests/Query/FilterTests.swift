import BanyanCore
import BanyanJSON
import BanyanWire
import TestSupport
import Testing

@Suite struct FilterTests {
  private static let worker = WorkerID(seconds: 9, rest: 9)
  private static let child = TaskID(seconds: 1, rest: 1)
  private static let record = TaskRecord.sample { record, fields in
    record.state = .running
    record.attemptCount = 2
    record.attempts = [.sample(worker: worker)]
    record.continuations = [child, TaskID(seconds: 1, rest: 2)]
    fields.name = "task 1"
    fields.priority = 5
    fields.labels = ["k": "v"]
    fields.environment = ["SECRET": "x"]
    fields.resources?.coreCount = 2
  }

  /// A filter, and whether it matches the task above.
  @Test(
    arguments: [
      ("{}", true), (#"{"name": "task 1"}"#, true), (#"{"name": "task"}"#, false),
      (#"{"name": {"$eq": "task 1"}}"#, true),
      (#"{"retry_count": {"$lt": 10}}"#, true), (#"{"attempt_count": {"$lt": 2}}"#, false),
      (#"{"attempt_count": {"$lte": 2.0}}"#, true), (#"{"attempt_count": {"$gt": 1.5}}"#, true),
      (#"{"attempt_count": 2.0}"#, true), (#"{"attempt_count": {"$gte": 3}}"#, false),
      (#"{"attempt_count": "2"}"#, false), (#"{"attempt_count": {"$ne": "2"}}"#, true),
      (#"{"attempt_count": {"$lt": "10"}}"#, false), (#"{"held": false}"#, true), (#"{"held": 0}"#, false),
      // Missing fields.
      (#"{"cause": "x"}"#, false), (#"{"cause": {"$ne": "x"}}"#, true), (#"{"cause": {"$nin": ["x"]}}"#, true),
      (#"{"cause": {"$in": ["x"]}}"#, false), (#"{"cause": {"$exists": false}}"#, true),
      (#"{"cause": {"$exists": true}}"#, false), (#"{"cause": null}"#, false), (#"{"cause": {"$ne": null}}"#, true),
      (#"{"cause": {"$lt": "z"}}"#, false), (#"{"cause": {"$not": {"$lt": "z"}}}"#, true),
      (#"{"cause": {"$regex": ".*"}}"#, false), (#"{"name": {"$exists": true}}"#, true),
      // Lists: one element is enough; $ne and $nin are for all.
      (#"{"continuations": "000000010000000000000001"}"#, true),
      (#"{"continuations": "000000010000000000000009"}"#, false),
      (#"{"continuations": {"$ne": "000000010000000000000001"}}"#, false),
      (#"{"continuations": {"$in": ["000000010000000000000002", "x"]}}"#, true),
      (#"{"continuations": ["000000010000000000000001", "000000010000000000000002"]}"#, true),
      (#"{"continuations": ["000000010000000000000001"]}"#, false), (#"{"continuations": []}"#, false),
      (#"{"continuations": {"$regex": "^00000001"}}"#, true),
      (#"{"continuations.1": "000000010000000000000002"}"#, true),
      (#"{"continuations.2": {"$exists": false}}"#, true),
      // Dotted paths and objects.
      (#"{"requested_resources.cpu_cores.count": 2}"#, true),
      (#"{"requested_resources.cpu_cores.count": {"$gt": 2}}"#, false),
      (#"{"labels.k": "v"}"#, true), (#"{"labels.x": {"$exists": false}}"#, true), (#"{"labels": {"k": "v"}}"#, true),
      (#"{"labels": {}}"#, false), (#"{"name.x": {"$exists": false}}"#, true),
      // Identifiers and dates.
      (#"{"_id": "515ab2f90000000000000001"}"#, true), (#"{"_id": "515AB2F90000000000000001"}"#, true),
      (#"{"_id": {"$gt": "515ab2f90000000000000000"}}"#, true), (#"{"_id": "x"}"#, false),
      (#"{"worker_id": "000000090000000000000009"}"#, true),
      (#"{"_created": {"$lt": "2013-04-02T10:29:13.001Z"}}"#, true),
      (#"{"_created": "Tue, 02 Apr 2013 10:29:13 GMT"}"#, true),
      (#"{"_created": {"$gt": "2013-04-02T12:29:13+02:00"}}"#, false),
      (#"{"_created": {"$gt": 5}}"#, false),
      // Groups.
      (#"{"state": "running", "priority": 5}"#, true), (#"{"state": "running", "priority": 6}"#, false),
      (#"{"$or": [{"priority": 6}, {"state": "running"}]}"#, true),
      (#"{"$nor": [{"priority": 6}, {"state": "x"}]}"#, true),
      (#"{"$and": [{"priority": 5}, {"state": "x"}]}"#, false), (#"{"$not": {"priority": 5}}"#, false),
      (#"{"priority": {"$gte": 5, "$lt": 6}}"#, true), (#"{"priority": {"$gte": 5, "$lt": 5}}"#, false),
      (#"{"priority": {"$not": {"$gt": 5}}}"#, true), (#"{"priority": {"$in": [5.0, "x"]}}"#, true),
      (#"{"priority": {"$in": []}}"#, false), (#"{"priority": {"$nin": []}}"#, true),
      (#"{"name": {"$regex": "^task \\d$"}}"#, true),
    ] as [(String, Bool)])
  func matches(_ text: String, _ expected: Bool) throws {
    #expect(try Filter(text: text, fields: .tasks()).matches(Self.record) == expected)
    // Turned round, it says the opposite.
    #expect(try Filter(text: #"{"$not": \#(text)}"#, fields: .tasks()).matches(Self.record) != expected)
  }

  @Test(
    arguments: [
      ("5", "where"), ("{", "where"), ("[]", "where"), (#"{"nmae": 1}"#, "where.nmae"),
      (#"{"$where": "x"}"#, "where.$where"),
      (#"{"name": {"$like": "x"}}"#, "where.name.$like"), (#"{"name": {"$eq": 1, "x": 2}}"#, "where.name.x"),
      (#"{"$or": []}"#, "where.$or"), (#"{"$or": {}}"#, "where.$or"), (#"{"$and": [5]}"#, "where.$and.0"),
      (#"{"name": {"$in": "x"}}"#, "where.name.$in"), (#"{"name": {"$exists": 1}}"#, "where.name.$exists"),
      (#"{"name": {"$regex": "("}}"#, "where.name.$regex"), (#"{"name": {"$regex": 5}}"#, "where.name.$regex"),
      (#"{"name": {"$lt": [1]}}"#, "where.name.$lt"), (#"{"name": {"$lt": null}}"#, "where.name.$lt"),
      (#"{"_created": "yesterday"}"#, "where._created"), (#"{"_created": {"$in": ["x"]}}"#, "where._created.$in.0"),
      (#"{"name": {"$not": 5}}"#, "where.name.$not"), (#"{"name": {"$not": {}}}"#, "where.name.$not"),
      (#"{"": 1}"#, "where."), (#"{"labels..x": 1}"#, "where.labels..x"), (#"{"after": 1}"#, "where.after"),
    ] as [(String, String)])
  func refusesAndNamesThePlace(_ text: String, _ place: String) throws {
    let rejection = try #require(throws: Rejection.self) { try Filter(text: text, fields: .tasks()) }
    #expect(rejection.kind == .unprocessable)
    #expect(rejection.issues.map(\.field) == [place])
  }

  @Test func workForAnItemIsBounded() throws {
    let many = "{\"$or\": [" + [String](repeating: #"{"priority": 1}"#, count: 1000).joined(separator: ",") + "]}"
    #expect(throws: Rejection.self) { try Filter(text: many, fields: .tasks()) }
    let ids = (0..<50_000).map { "\"\(TaskID(seconds: 2, rest: UInt64($0)))\"" }.joined(separator: ",")
    let long = try Filter(text: #"{"_id": {"$in": [\#(ids)]}}"#, fields: .tasks())
    #expect(try !long.matches(Self.record))
    #expect(long.pins.ids?.count == 50_000)
  }

  /// It isn't patterns alone that cost: long lists are compared with long lists.
  @Test func whatAFilterCostsIsCounted() throws {
    let numbers = (0..<900).map(String.init).joined(separator: ",")
    let one = #"{"priority": {"$nin": [\#(numbers)]}}"#
    let many = "{\"$nor\": [" + [String](repeating: one, count: 100).joined(separator: ",") + "]}"
    let filter = try Filter(text: many, fields: .tasks())
    #expect(throws: Rejection.self) { try filter.matches(Self.record, Effort(maxSteps: 500, slice: 100)) }
    let query = try ListQuery(parameters: [("sort", "command")], fields: .tasks())
    #expect(throws: Rejection.self) {
      try query.select(from: (1...200).map { TaskRecord.sample($0) }, Effort(maxSteps: 500, slice: 100))
    }
  }

  @Test(arguments: [
    (#"{"name": {"$regex": "^T", "$options": "i"}}"#, true), (#"{"name": {"$options": "", "$regex": "^T"}}"#, false),
  ])
  func optionsOfAPattern(_ text: String, _ expected: Bool) throws {
    var record = Self.record
    record.spec = TaskSpec(
      owner: "ann",
      fields: {
        var fields = TaskFields(); fields.name = "task 1"; return fields
      }())
    #expect(try Filter(text: text, fields: .tasks()).matches(record) == expected)
  }

  @Test(arguments: [
    (#"{"name": {"$regex": "a", "$options": "x"}}"#, "where.name.$options"),
    (#"{"name": {"$options": "i"}}"#, "where.name.$options"),
  ])
  func refusesOtherOptions(_ text: String, _ place: String) throws {
    let rejection = try #require(throws: Rejection.self) { try Filter(text: text, fields: .tasks()) }
    #expect(rejection.issues.map(\.field) == [place])
  }

  @Test func aViewerCantAskForEnvironments() throws {
    let text = #"{"environment.SECRET": {"$regex": "^x"}}"#
    #expect(try Filter(text: text, fields: .tasks()).matches(Self.record))
    #expect(throws: Rejection.self) { try Filter(text: text, fields: .tasks(environments: .none)) }
    // Of others' tasks it is as if they had none.
    let (own, others) = (
      ShownEnvironments.ownedBy(CodePoints(Self.record.spec.owner)), ShownEnvironments.ownedBy("somebody else")
    )
    let missing = #"{"environment.SECRET": {"$exists": false}}"#
    for (environments, isShown) in [(own, true), (others, false)] {
      #expect(try Filter(text: text, fields: .tasks(environments: environments)).matches(Self.record) == isShown)
      #expect(try Filter(text: missing, fields: .tasks(environments: environments)).matches(Self.record) == !isShown)
    }
  }

  @Test func anOwnerInTheOtherFormIsAnother() throws {
    let record = TaskRecord.sample(owner: "caf\u{e9}")
    for (name, isOwn) in [("caf\u{e9}", true), ("cafe\u{301}", false)] {
      let asker = Principal(user: UserID(seconds: 1, rest: 1), name: name, role: .provider)
      #expect(ShownEnvironments(for: asker).includes(record) == isOwn)
      for field in ["owner", "queue"] {
        let pins = try Filter(text: #"{"\#(field)": "\#(name)"}"#, fields: .tasks()).pins
        #expect((field == "owner" ? pins.owners : pins.queues) == [CodePoints(name)])
      }
    }
  }

  @Test func tellsWhatItPins() throws {
    let pins = try Filter(
      text:
        #"{"$and": [{"state": {"$in": ["running", "available"]}}, {"state": "running"}], "queue": "q", "name": {"$ne": "x"}}"#,
      fields: .tasks()
    ).pins
    #expect(pins.standings == Standings { $0 == .running })
    #expect(pins.queues == ["q"])
    #expect(pins.names == nil && pins.ids == nil && pins.owners == nil && pins.workers == nil)
    #expect(try Filter(text: #"{"$or": [{"name": "a"}]}"#, fields: .tasks()).pins.isEmpty)
    #expect(try Filter(text: #"{"worker_id": "\#(Self.worker)"}"#, fields: .tasks()).pins.workers == [Self.worker])
  }

  @Test func documentsAreFilteredToo() throws {
    var attempt = AttemptRecord.sample(worker: Self.worker)
    attempt.usage.gpus = [GPUUsage(ordinal: 0, usedMemoryBytes: 5), GPUUsage(ordinal: 1, usedMemoryBytes: 50)]
    let document = ExecutionDocument.document(attempt, of: Self.child)
    let fields = FieldSet.documents(dates: ExecutionDocument.dateFields)
    for (text, expected) in [
      (#"{"gpu_usage.used_memory_bytes": {"$gt": 40}}"#, true),
      (#"{"gpu_usage.used_memory_bytes": {"$gt": 60}}"#, false),
      (#"{"task_id": "\#(Self.child)"}"#, true), (#"{"last_update": {"$gte": "2013-04-02T10:29:20Z"}}"#, true),
      (#"{"nothing": {"$exists": true}}"#, false),
    ] {
      #expect(try Filter(text: text, fields: fields).matches(document) == expected, "\(text)")
    }
  }

  @Test func largeNumbersCompareExactly() throws {
    let document = Document([("n", .integer(9_007_199_254_740_993)), ("r", .real(9_007_199_254_740_992))])
    let fields = FieldSet.documents(dates: [])
    for (text, expected) in [
      (#"{"n": 9007199254740992.0}"#, false), (#"{"n": {"$gt": 9007199254740992.0}}"#, true),
      (#"{"r": {"$lt": 9007199254740993}}"#, true), (#"{"n": {"$lt": 1e300}}"#, true),
      (#"{"n": {"$gt": -1e300}}"#, true),
    ] {
      #expect(try Filter(text: text, fields: fields).matches(document) == expected, "\(text)")
    }
  }
}
