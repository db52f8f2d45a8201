import BanyanCore
import BanyanJSON
import BanyanWire
import TestSupport
import Testing

@Suite struct ExecutionDocumentTests {
  private let worker = WorkerID(seconds: 9, rest: 9)

  @Test func showsWhatIsKnown() throws {
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
  }
}
