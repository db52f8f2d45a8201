import BanyanJSON
import Testing

@testable import banyan

@Suite struct DryRunTests {
  private func worker(_ name: String, cores: Int64, reserved: Int64 = 0, _ more: JSONObject = [:]) -> JSON {
    var worker: JSONObject = [
      "name": .string(name), "connected": true,
      "resources": ["cpu_cores": .integer(cores), "cpu_memory_bytes": 1_000_000_000, "gpus": []],
      "reserved": ["cpu_cores": .integer(reserved), "cpu_memory_bytes": 0, "gpus": []],
    ]
    for (key, value) in more { worker[key] = value }
    return .object(worker)
  }

  private func form(_ cores: Int64 = 1, _ change: (inout TaskForm) -> Void = { _ in }) -> TaskForm {
    var form = TaskForm()
    form.work = .program(["x"])
    form.resources["cores"] = .integer(cores)
    change(&form)
    return form
  }

  @Test func whenItStartsIsSaidByWhoHasRoom() {
    let workers = [worker("a", cores: 2, reserved: 2), worker("b", cores: 4, reserved: 3)]
    #expect(DryRun.start(form(), among: workers) == "now")
    #expect(DryRun.start(form(2), among: workers) == "when a, b has room")
    #expect(DryRun.start(form(4), among: workers) == "when b has room")
    #expect(DryRun.start(form(9), among: workers) == "when a worker comes that fits")
    #expect(DryRun.start(form(), among: [worker("a", cores: 2, ["paused": true])]) == "when a has room")
    #expect(DryRun.start(form(), among: [worker("a", cores: 2, ["connected": false])]) == "when a has room")
    #expect(DryRun.start(form { $0.isHeld = true }, among: workers) == "when it is let go")
    #expect(DryRun.start(form { ($0.after, $0.awaited) = (["a"], ["12"]) }, among: workers) == "after a, 12")
    #expect(DryRun.start(form { $0.values["not_before"] = "2030" }, among: workers) == "not before 2030")
  }

  @Test func whatAGraphWroteAsTextsIsComparedToo() {
    let large = form { $0.resources["memory"] = "8 GiB" }
    #expect(WorkerFit.trouble(large, among: [worker("a", cores: 2)])?.contains("memory (8 GiB wanted") == true)
    #expect(WorkerFit.fitting(form { $0.resources["memory"] = "512 MiB" }, among: [worker("a", cores: 2)]).count == 1)
  }
}
