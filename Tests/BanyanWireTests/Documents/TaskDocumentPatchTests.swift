import BanyanCore
import BanyanJSON
import BanyanWire
import Testing

@Suite struct TaskDocumentPatchTests {
  private let task = TaskID(seconds: 1, rest: 2)

  @Test func readsFieldsEdgesAndState() throws {
    let patch = try patch(
      #"""
      {"name": "n", "priority": 3, "held": false, "add_continuations": ["a"], "remove_continuations": ["b"],
       "state": "cancelled", "shutdown_time_milliseconds": 0}
      """#)
    #expect(patch.task == task)
    #expect(Set(patch.changes) == [.set(.name) { $0.name = "n" }, .set(.priority) { $0.priority = 3 }, .held(false)])
    #expect(patch.addContinuations == [.name("a")])
    #expect(patch.removeContinuations == [.name("b")])
    #expect(patch.state == .cancelled)
    #expect(patch.grace == 0)
    #expect(patch.execution == nil)
    #expect(patch.continuations == nil)
    #expect(try self.patch(#"{"continuations": []}"#).continuations == [])
    #expect(try self.patch(#"{"continuations": ["a"]}"#).continuations == [.name("a")])
  }

  @Test func readsAClaimAndAReport() throws {
    let worker = WorkerID(seconds: 5, rest: 6)
    let claim = try patch(#"{"state": "running", "update_execution_data": {"worker_id": "\#(worker)"}}"#)
    #expect(claim.state == .running)
    #expect(claim.execution?.workerID == worker)
    #expect(claim.execution?.token == AttemptProof.none)
    let report = try patch(
      """
      {"state": "terminated", "update_execution_data": {"token": "good", "exit_status": "success",
       "time_terminated": "2013-04-02T10:29:13.250Z", "memory": {"resident_memory_bytes": 5}, "cpu_seconds": 1.5,
       "cpu_usage": {"utilization_percent": 99}, "gpu_usage": [{"ordinal": 0, "used_memory_bytes": 7}]}}
      """)
    let execution = try #require(report.execution)
    #expect(execution.token == .genuine(claimNumber: 1, epoch: 1))
    #expect(execution.exitStatus == "success")
    #expect(execution.timeTerminated == 1_364_898_553_250)
    #expect(execution.update.usage?.residentMemoryBytes == 5)
    #expect(execution.update.usage?.cpuPercent == 99)
    #expect(execution.update.usage?.gpus == [GPUUsage(ordinal: 0, usedMemoryBytes: 7)])
    #expect(execution.update.usage?.cpuSeconds == 1.5)
  }

  @Test(
    arguments: [
      (#"{"_id": "56a2b1c3d4e5f60718293a4b"}"#, "_id"), (#"{"array": {"name": "a", "index": 0}}"#, "array"),
      (#"{"after": []}"#, "after"), (#"{"continuations": ["a", "a"]}"#, "continuations.1"),
      (#"{"worker_id": "x"}"#, "worker_id"),
      (#"{"state": "done"}"#, "state"), (#"{"nmae": "x"}"#, "nmae"), (#"{"priority": null}"#, "priority"),
      (#"{"command": "x", "arguments": ["y"]}"#, "arguments"),
      (#"{"shutdown_time_milliseconds": 5}"#, "shutdown_time_milliseconds"),
      (#"{"update_execution_data": {"last_update": "x"}}"#, "update_execution_data.last_update"),
      (#"{"update_execution_data": {"exit_staus": "x"}}"#, "update_execution_data.exit_staus"),
      (#"{"update_execution_data": {"exit_status": ""}}"#, "update_execution_data.exit_status"),
      (#"{"update_execution_data": {"token": 5}}"#, "update_execution_data.token"),
      (#"{"update_execution_data": {"memory": {"resident": 5}}}"#, "update_execution_data.memory.resident"),
      (
        #"{"update_execution_data": {"gpu_usage": [{"ordinal": 0}]}}"#,
        "update_execution_data.gpu_usage.0.used_memory_bytes"
      ),
      (#"{"update_execution_data": []}"#, "update_execution_data"), ("[]", "body"),
    ] as [(String, String)])
  func refusesWithThePath(_ text: String, _ path: String) throws {
    let rejection = try #require(throws: Rejection.self) { try patch(text) }
    #expect(rejection.issues.map(\.field) == [path])
  }

  @Test func whatIsWrongKeepsTheToken() throws {
    let document = try JSONDocument(parsing: #"{"update_execution_data": {"token": "bad", "exit_status": 5}}"#)
    let read = TaskDocument.readPatch(document.root, of: task, proof: prove)
    #expect(read.patch.execution?.token == .forged)
    #expect(read.issues.map(\.field) == ["update_execution_data.exit_status"])
  }

  @Test func readsMany() throws {
    let text = #"[{"_id": "\#(task)", "priority": 1}, {"_id": "\#(task)", "priority": 2}]"#
    let patches = try TaskDocument.patches(JSONDocument(parsing: text).root, proof: prove)
    #expect(patches.map(\.changes) == [[.set(.priority) { $0.priority = 1 }], [.set(.priority) { $0.priority = 2 }]])
    let wrong = try #require(throws: Rejection.self) {
      try TaskDocument.patches(
        JSONDocument(parsing: #"[{"priority": 1}, {"_id": "\#(task)", "x": 1}]"#).root, proof: prove)
    }
    #expect(wrong.issues.map(\.field) == ["0._id", "1.x"])
    let many = "[" + [String](repeating: #"{"_id": "\#(task)"}"#, count: 129).joined(separator: ",") + "]"
    let large = try #require(throws: Rejection.self) {
      try TaskDocument.patches(JSONDocument(parsing: many).root, proof: prove)
    }
    #expect(large.kind == .tooLarge)
  }

  private func prove(_ task: TaskID, _ token: String) -> AttemptProof {
    token == "good" ? .genuine(claimNumber: 1, epoch: 1) : .forged
  }

  private func patch(_ text: String) throws -> TaskPatch {
    try TaskDocument.patch(JSONDocument(parsing: text).root, of: task, proof: prove)
  }
}
