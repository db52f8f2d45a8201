import BanyanCore
import BanyanJSON
import BanyanWire
import TestSupport
import Testing

@Suite struct TaskDocumentWritingTests {
  private let worker = WorkerID(seconds: 9, rest: 9)

  @Test func writesAFreshTask() throws {
    let written = try JSON(parsing: TaskDocument.encoded(.sample()))
    #expect(written["_id"] == "515ab2f90000000000000001")
    #expect(written["_created"] == "Tue, 02 Apr 2013 10:29:13 GMT")
    #expect(written["_updated"] == "Tue, 02 Apr 2013 10:29:14 GMT")
    #expect(written["continuations"] == [])
    #expect(written["pending_dependency_count"] == 0)
    #expect(
      written["requested_resources"] == [
        "cpu_memory_bytes": 134_217_728, "cpu_cores": ["count": 0, "percent": 0], "gpu_count": 0,
      ])
    for absent in ["name", "arguments", "worker_id", "cause", "environment", "labels", "after", "not_before"] {
      #expect(written[absent] == nil, "\(absent)")
    }
  }

  @Test func writesAllAndBothWaysAlike() throws {
    let record = TaskRecord.sample { record, fields in
      record.state = .running
      record.attempts = [.sample(worker: worker)]
      record.continuations = [TaskID(seconds: 1, rest: 1)]
      record.cause = "because"
      fields.name = "näme\n\u{1F600}"
      fields.environment = ["A": "b"]
      fields.labels = ["k": "v"]
      fields.notBefore = 0
      fields.array = ArrayPlace(name: "a", index: 2)
      fields.resources?.gpuCapability = GPUCapability(major: 5, minor: 2)
      fields.resources?.setCustom([CustomResource(name: "x", count: 2)])
    }
    for dates in DateForm.allCases {
      let options = DocumentOptions(dates: dates)
      let text = try JSON(parsing: TaskDocument.encoded(record, options))
      #expect(text == TaskDocument.json(record, options))
    }
    let iso = TaskDocument.json(record, DocumentOptions(dates: .iso8601))
    #expect(iso["_updated"] == "2013-04-02T10:29:14.250Z")
    #expect(iso["worker_id"]?.string == worker.description)
    #expect(iso["array"] == ["name": "a", "index": 2])
    #expect(iso["requested_resources"]?["custom"] == ["x": 2])
  }

  @Test func aViewerSeesNoEnvironment() {
    let record = TaskRecord.sample { _, fields in fields.environment = ["A": "secret"] }
    #expect(TaskDocument.json(record)["environment"] != nil)
    #expect(TaskDocument.json(record, DocumentOptions(showsEnvironment: false))["environment"] == nil)
  }

  @Test func aProjectionKeepsTheIdentifier() throws {
    let some = try Projection(text: #"{"state": 1}"#, fields: .tasks())
    #expect(TaskDocument.json(.sample(), DocumentOptions(projection: some)).object?.keys == ["_id", "state"])
    let others = try Projection(text: #"{"continuations": 0, "_id": 0}"#, fields: .tasks())
    let shown = TaskDocument.json(.sample(), DocumentOptions(projection: others))
    #expect(shown["continuations"] == nil && shown["_id"] != nil && shown["state"] != nil)
  }

  @Test func writesExecutionDataAndEnvelopes() throws {
    var attempt = AttemptRecord.sample(worker: worker)
    attempt.exitStatus = "success"
    attempt.usage.cpuSeconds = 1.5
    let task = TaskID(seconds: 1, rest: 1)
    let document = ExecutionDocument.document(attempt, of: task)
    let json = document.json()
    #expect(json["task_id"]?.string == task.description)
    #expect(json["exit_status"] == "success")
    #expect(json["cpu_seconds"] == 1.5)
    #expect(json["memory"] == nil && json["gpu_usage"] == nil && json["time_started"] == nil)
    #expect(try JSON(parsing: document.encoded()) == json)

    let page = ListQuery().select(from: [TaskRecord.sample(2), .sample(1)])
    let list = try JSON(parsing: Envelope.list(page, DocumentOptions()))
    #expect(list["_meta"] == ["page": 1, "max_results": 128, "total": 2])
    #expect(list["_items"]?.array?.compactMap { $0["_id"]?.string?.last } == ["1", "2"])
    let one = try JSON(parsing: Envelope.written(.sample()) { $0.set("token", "t") })
    #expect(one["_status"] == "OK" && one["token"] == "t" && one["_created"] != nil)
    let many = try JSON(parsing: Envelope.written([.sample(1), .sample(2)]))
    #expect(many["_items"]?.array?.count == 2)
    let error = try JSON(
      parsing: Envelope.error(
        Rejection(
          .unprocessable, "no",
          issues: [.init(field: "b", trouble: "x"), .init(field: "a", trouble: "y"), .init(field: "b", trouble: "z")])))
    #expect(error["_status"] == "ERR")
    #expect(error["_error"] == ["code": 422, "message": "no"])
    #expect(error["_issues"] == ["a": "y", "b": "x; z"])
  }

  @Test func aUserIsShownWithoutAToken() throws {
    let user = User(id: UserID(seconds: 1, rest: 1), name: "ann", role: .viewer, tokenHash: [1, 2, 3])
    #expect(UserDocument.document(user).json().object?.keys == ["_id", "_created", "_updated", "name", "role"])
    let draft = try UserDocument.draft(JSONDocument(parsing: #"{"name": "bob", "role": "worker"}"#).root)
    #expect(draft.name == "bob" && draft.role == .worker && draft.token == nil)
    for text in [
      #"{"name": "bob"}"#, #"{"role": "worker"}"#, #"{"name": "b", "role": "king"}"#, "[]",
      #"{"name": "b", "role": "worker", "token": "short"}"#,
      #"{"name": "b", "role": "worker", "token": "with a : colon in it"}"#,
    ] {
      let rejection = try #require(throws: Rejection.self) { try UserDocument.draft(JSONDocument(parsing: text).root) }
      #expect(!rejection.message.contains("colon in it"))
    }
  }

  @Test func readsWorkersBodies() throws {
    let registration = try WorkerDocument.registration(
      JSONDocument(
        parsing: #"{"worker_id": "\#(worker)", "address": {"ip": "h", "port": 1}, "permissions": ["claim"]}"#
      ).root)
    #expect(registration.id == worker && registration.address.port == 1 && registration.permissions == [.claim])
    let pause = try WorkerDocument.change(JSONDocument(parsing: #"{"paused": true, "note": "n"}"#).root)
    #expect(pause.pause == .some(.some(WorkerPause(note: "n"))))
    let resume = try WorkerDocument.change(JSONDocument(parsing: #"{"paused": false}"#).root)
    #expect(resume.pause == .some(nil))
    for text in [#"{"note": "n"}"#, #"{"paused": 1}"#, #"{"permissions": ["fly"]}"#, #"{"pausd": true}"#] {
      #expect(throws: Rejection.self) { try WorkerDocument.change(JSONDocument(parsing: text).root) }
    }
    for text in [
      #"{"address": {"ip": "h", "port": 1}}"#, #"{"worker_id": "\#(worker)", "address": {"ip": "h", "port": 65536}}"#,
      "5",
    ] {
      #expect(throws: Rejection.self) { try WorkerDocument.registration(JSONDocument(parsing: text).root) }
    }
  }

  @Test func readsEdges() throws {
    let text = #"[{"targets": ["\#(worker)", "\#(worker)"], "values": ["a"]}]"#
    let patches = try EdgesDocument.bulk(JSONDocument(parsing: text).root, .add)
    #expect(patches.map(\.addContinuations) == [[.name("a")], [.name("a")]])
    let one = try EdgesDocument.one(JSONDocument(parsing: #"["b"]"#).root, of: worker, .remove)
    #expect(one.removeContinuations == [.name("b")] && one.addContinuations.isEmpty)
    for text in ["{}", #"[{"targets": []}]"#, #"[{"targets": ["x"], "values": []}]"#] {
      #expect(throws: Rejection.self) { try EdgesDocument.bulk(JSONDocument(parsing: text).root, .add) }
    }
    let ids = [String](repeating: "\"\(worker)\"", count: 1024).joined(separator: ",")
    let entry = #"{"targets": [\#(ids)], "values": []}"#
    let large = try #require(throws: Rejection.self) {
      try EdgesDocument.bulk(JSONDocument(parsing: "[\(entry),\(entry),\(entry)]").root, .add)
    }
    #expect(large.kind == .tooLarge)
  }
}
