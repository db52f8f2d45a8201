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
      record.cause = .words("because")
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

  /// What is written of a task makes the same task anew, and reaches the worker that is given it.
  @Test func eachFieldOfATaskIsReadBackAsItWasWritten() throws {
    let record = TaskRecord.sample { _, fields in
      let resources = fields.resources
      fields = .sayingMore
      fields.resources = resources
      fields.array = ArrayPlace(name: "a", index: 7, maxRunning: 2, stopAfterFailures: 3)
    }
    let fields = record.spec.fields
    let plain = TaskFields()
    for field in ProvidedField.all where field != .command && field != .resources {
      var changed = plain
      field.copy(from: fields, to: &changed)
      #expect(changed != plain, "\(field.name) is not looked at here")
    }
    let document = TaskDocument.json(TaskDraft(fields: fields))
    let draft = try TaskDocument.draft(JSONDocument(parsing: document.encoded()).root)
    #expect(draft.fields == fields)
    let task = AssignedTask(
      id: record.id, owner: "ann", fields: fields, token: "t", attemptCount: 1, claimNumber: 1)
    var text: [UInt8] = []
    ClaimedMessage(tasks: [task]).encode(into: &text)
    #expect(try ServerMessage(JSONDocument(parsing: text).root) == .claimed(ClaimedMessage(tasks: [task])))
  }

  /// A newer server may have wider limits, and fields that nobody here knows: its word is taken.
  @Test func aWorkerLooksAtNoLimits() throws {
    let text =
      #"{"type":"claimed","tasks":[{"_id":"000000010000000000000002","token":"t","attempt_count":1,"claim_number":1,"command":"x","queue":"","priority":99999,"max_runtime_milliseconds":0,"requested_resources":{"gpu_count":1,"tape_count":2},"colour":"red"}]}"#
    guard case .claimed(let message)? = try ServerMessage(JSONDocument(parsing: text).root) else {
      Issue.record("nothing was claimed")
      return
    }
    #expect(message.tasks.first?.fields.maxRuntime == 0)
    #expect(message.tasks.first?.fields.resources?.gpuCount == 1)
  }

  @Test func aViewerSeesNoEnvironment() {
    let record = TaskRecord.sample { _, fields in fields.environment = ["A": "secret"] }
    #expect(TaskDocument.json(record)["environment"] != nil)
    #expect(TaskDocument.json(record, DocumentOptions(environments: .none))["environment"] == nil)
  }

  @Test func aProjectionKeepsTheIdentifier() throws {
    let some = try Projection(text: #"{"state": 1}"#, fields: .tasks())
    #expect(TaskDocument.json(.sample(), DocumentOptions(projection: some)).object?.keys == ["_id", "state"])
    let others = try Projection(text: #"{"continuations": 0, "_id": 0}"#, fields: .tasks())
    let shown = TaskDocument.json(.sample(), DocumentOptions(projection: others))
    #expect(shown["continuations"] == nil && shown["_id"] != nil && shown["state"] != nil)
  }

}
