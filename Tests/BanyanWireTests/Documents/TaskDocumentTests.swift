import BanyanCore
import BanyanJSON
import BanyanWire
import Testing

@Suite struct TaskDocumentTests {
  @Test func readsTheRequestsThatMustWork() throws {
    let one = try draft(#"{"command": "test", "requested_resources": {"memory": "1 GiB"}}"#)
    #expect(one.fields.work == .shell("test"))
    #expect(one.fields.resources?.memoryBytes == 1 << 30)
    #expect(!one.wantsAvailable)
    let id = "56a2b1c3d4e5f60718293a4b"
    let parent = try draft(#"{"name": "parent", "continuations": ["\#(id)"]}"#)
    #expect(parent.fields.work == nil)
    #expect(parent.continuations == [.id(try #require(Identifier(id)))])
  }

  @Test func readsEveryField() throws {
    let draft = try draft(
      """
      {"name": "n", "arguments": ["a", "", "$HOME"], "environment": {"A_1": "x\\ny=z"}, "working_directory": "/w",
       "stdin_path": "in", "stdout_path": "/o/%t", "stderr_path": "/e", "state": "available",
       "continuations": ["other"], "after": ["56a2b1c3d4e5f60718293a4b"], "queue": "q", "priority": -5,
       "labels": {"k": "v"}, "held": true, "requested_resources": {}, "array": {"name": "a", "index": 3, "max_running": 2, "stop_after_failures": 1},
       "not_before": "Tue, 02 Apr 2013 10:29:13 GMT", "on_lost_contact": "continue",
       "estimated_runtime_milliseconds": 1, "max_runtime_milliseconds": 2, "max_shutdown_time_milliseconds": 0,
       "max_attempt_count": 4, "max_loss_count": 0, "retry_delay_milliseconds": 5}
      """)
    var fields = TaskFields()
    fields.name = "n"
    fields.work = .program(["a", "", "$HOME"])
    fields.environment = ["A_1": "x\ny=z"]
    fields.workingDirectory = "/w"
    fields.stdinPath = "in"
    fields.stdoutPath = "/o/%t"
    fields.stderrPath = "/e"
    fields.queue = "q"
    fields.priority = -5
    fields.labels = ["k": "v"]
    fields.resources = ResourceRequest()
    fields.array = ArrayPlace(name: "a", index: 3, maxRunning: 2, stopAfterFailures: 1)
    fields.notBefore = 1_364_898_553_000
    fields.onLostContact = .continue
    fields.estimatedRuntime = 1
    fields.maxRuntime = 2
    fields.maxShutdownTime = 0
    fields.maxAttemptCount = 4
    fields.maxLossCount = 0
    fields.retryDelay = 5
    #expect(draft.fields == fields)
    #expect(draft.isHeld && draft.wantsAvailable)
    #expect(draft.continuations == [.name("other")])
    #expect(draft.after.count == 1)
    // What was read is written so that it is read the same.
    let again = try TaskDocument.draft(JSONDocument(parsing: TaskDocument.json(draft).encoded()).root)
    #expect(again.fields == draft.fields)
    #expect(again.isHeld && again.wantsAvailable)
    #expect(again.continuations == draft.continuations && again.after == draft.after)
  }

  @Test func whatIsNotSaidIsAtItsDefault() throws {
    let empty = try draft("{}")
    #expect(empty.fields == TaskFields())
    #expect(!empty.isHeld && !empty.wantsAvailable && empty.continuations.isEmpty && empty.after.isEmpty)
  }

  /// One wrong field a line, and the path that the refusal names.
  @Test(
    arguments: [
      (#"{"comand": "x"}"#, "comand"), (#"{"name": null}"#, "name"), (#"{"name": ""}"#, "name"),
      (#"{"name": "56a2b1c3d4e5f60718293a4b"}"#, "name"), (#"{"name": 5}"#, "name"),
      (#"{"name": "\#(String(repeating: "x", count: 257))"}"#, "name"),
      (#"{"_id": "56a2b1c3d4e5f60718293a4b"}"#, "_id"), (#"{"owner": "ann"}"#, "owner"), (#"{"cause": "x"}"#, "cause"),
      (#"{"attempt_count": 0}"#, "attempt_count"), (#"{"state": "running"}"#, "state"), (#"{"state": 1}"#, "state"),
      (#"{"command": "x"}"#, "requested_resources"), (#"{"requested_resources": {}}"#, "requested_resources"),
      (#"{"command": "x", "arguments": ["x"], "requested_resources": {}}"#, "arguments"),
      (#"{"arguments": [], "requested_resources": {}}"#, "arguments"),
      (#"{"arguments": ["a", 1], "requested_resources": {}}"#, "arguments.1"),
      (#"{"environment": {"0A": "x"}}"#, "environment.0A"), (#"{"environment": {"": "x"}}"#, "environment."),
      (#"{"environment": {"A": 1}}"#, "environment.A"), (#"{"environment": []}"#, "environment"),
      (#"{"working_directory": "w"}"#, "working_directory"), (#"{"stdin_path": ""}"#, "stdin_path"),
      (#"{"queue": ""}"#, "queue"), (#"{"queue": "\#(String(repeating: "q", count: 65))"}"#, "queue"),
      (#"{"priority": 32768}"#, "priority"), (#"{"priority": -32769}"#, "priority"),
      (#"{"priority": 1.5}"#, "priority"),
      (#"{"priority": "1"}"#, "priority"), (#"{"labels": {"a": 1}}"#, "labels.a"), (#"{"held": 1}"#, "held"),
      (#"{"array": {"name": "a"}}"#, "array.index"), (#"{"array": {"name": "a", "index": -1}}"#, "array.index"),
      (#"{"array": {"name": "a", "index": 1, "x": 1}}"#, "array.x"),
      (#"{"array": {"name": "a", "index": 1, "max_running": 0}}"#, "array.max_running"),
      (#"{"array": {"name": "a", "index": 1, "stop_after_failures": "2"}}"#, "array.stop_after_failures"),
      (#"{"not_before": "soon"}"#, "not_before"),
      (#"{"not_before": 5}"#, "not_before"), (#"{"on_lost_contact": "pray"}"#, "on_lost_contact"),
      (#"{"max_runtime_milliseconds": 0}"#, "max_runtime_milliseconds"),
      (#"{"max_shutdown_time_milliseconds": -1}"#, "max_shutdown_time_milliseconds"),
      (#"{"max_shutdown_time_milliseconds": 9007199254740993}"#, "max_shutdown_time_milliseconds"),
      (#"{"max_attempt_count": 0}"#, "max_attempt_count"), (#"{"max_loss_count": -1}"#, "max_loss_count"),
      (#"{"continuations": "a"}"#, "continuations"), (#"{"continuations": ["a", "a"]}"#, "continuations.1"),
      (#"{"continuations": [""]}"#, "continuations.0"), (#"{"after": [null]}"#, "after.0"),
      (#"{"add_continuations": ["a"]}"#, "add_continuations"),
    ] as [(String, String)])
  func refusesOneWrongField(_ text: String, _ path: String) throws {
    let rejection = try #require(throws: Rejection.self) { try draft(text) }
    #expect(rejection.kind == .unprocessable)
    #expect(rejection.issues.map(\.field) == [path])
    #expect(rejection.message.contains(path))
  }

  @Test func gathersAllThatIsWrong() throws {
    let rejection = try #require(throws: Rejection.self) {
      try draft(#"{"comand": "x", "priority": "high", "name": "", "requested_resources": {"memory": "1g"}}"#)
    }
    #expect(
      Set(rejection.issues.map(\.field)) == [
        "comand", "priority", "name", "requested_resources.memory", "requested_resources",
      ])
    #expect(rejection.issues.first { $0.field == "comand" }?.trouble.contains("command") == true)
  }

  @Test func neverRepeatsAValueOfTheEnvironment() throws {
    let secret = "hunter2-very-secret"
    for text in [
      #"{"environment": {"0A": "\#(secret)"}}"#, #"{"environment": {"A": ["\#(secret)"]}}"#,
      #"{"environment": "\#(secret)"}"#,
    ] {
      let rejection = try #require(throws: Rejection.self) { try draft(text) }
      #expect(!"\(rejection)".contains(secret))
    }
  }

  @Test func namesThePlaceInAList() throws {
    let document = try JSONDocument(parsing: #"[{"name": "a"}, {"priority": "x"}, 5]"#)
    let rejection = try #require(throws: Rejection.self) { try TaskDocument.drafts(document.root, at: "tasks") }
    #expect(rejection.issues.map(\.field) == ["tasks.1.priority", "tasks.2"])
    #expect(try TaskDocument.drafts(JSONDocument(parsing: "[{}, {}]").root).count == 2)
    #expect(try TaskDocument.drafts(JSONDocument(parsing: "{}").root).count == 1)
    #expect(throws: Rejection.self) { try TaskDocument.drafts(JSONDocument(parsing: "5").root) }
  }

  @Test func aFloodOfTroublesIsCut() throws {
    let text = "[" + [String](repeating: #"{"a":1,"b":2}"#, count: 5000).joined(separator: ",") + "]"
    let document = try JSONDocument(parsing: text)
    let rejection = try #require(throws: Rejection.self) { try TaskDocument.drafts(document.root) }
    #expect(rejection.issues.count == 1000)
    #expect(rejection.message.contains("many more"))
  }

  private func draft(_ text: String) throws -> TaskDraft {
    try TaskDocument.draft(JSONDocument(parsing: text).root)
  }
}
