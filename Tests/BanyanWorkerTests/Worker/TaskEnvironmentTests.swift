import BanyanCore
import BanyanWire
import Testing

@testable import BanyanWorker

struct TaskEnvironmentTests {
  private let own: TextMap = [
    "PATH": "/p", "HOME": "/h", "USER": "u", "LANG": "C.UTF-8", "TMPDIR": "/t", "BANYAN_TOKEN": "canary",
    "OTHER": "canary", "PASSED": "yes",
  ]

  private func entries(_ task: AssignedTask) -> Set<String> {
    Set(TaskEnvironment(own: own, passed: ["PASSED", "MISSING"]).entries(for: task))
  }

  @Test func theSmallOneAndNothingElse() {
    let task = Sample.assigned(.shell("x"))
    #expect(
      entries(task) == [
        "BANYAN_TASK_ID=\(task.id)", "BANYAN_ATTEMPT=1", "BANYAN_QUEUE=default", "PATH=/p", "HOME=/h", "USER=u",
        "LANG=C.UTF-8", "TMPDIR=/t", "PASSED=yes",
      ])
  }

  @Test func twoFormsOfANameAreTwoVariables() {
    let own: TextMap = ["caf\u{e9}": "1", "cafe\u{301}": "2"]
    var task = Sample.assigned(.shell("x"))
    task.fields.environment = ["caf\u{e9}": "3"]
    let entries = TaskEnvironment(own: own, passed: ["caf\u{e9}", "cafe\u{301}"]).entries(for: task)
    let found = entries.filter { $0.hasPrefix("caf") }.map { CodePoints($0) }
    #expect(found == [CodePoints("cafe\u{301}=2"), CodePoints("caf\u{e9}=3")])
  }

  @Test func namesArraysDevices() {
    var task = Sample.assigned(.shell("x"))
    task.fields.name = "a/b"
    task.fields.array = ArrayPlace(name: "arr", index: 7)
    task.fields.environment = ["PATH": "/mine", "BANYAN_ATTEMPT": "99", "CUDA_VISIBLE_DEVICES": "5"]
    task.gpus = [2, 3]
    let all = entries(task)
    #expect(
      all.isSuperset(of: [
        "BANYAN_TASK_NAME=a/b", "BANYAN_ARRAY_INDEX=7", "PATH=/mine", "BANYAN_ATTEMPT=1", "CUDA_VISIBLE_DEVICES=2,3",
        "CUDA_DEVICE_ORDER=PCI_BUS_ID",
      ]))
    #expect(all.count { $0.hasPrefix("BANYAN_ATTEMPT=") } == 1)
  }

  @Test func aMemberOfAFamilyKnowsItsPlaceAndItsParametersByteForByte() {
    var task = Sample.assigned(.shell("x"))
    task.job = 12
    task.member = 7
    task.parameters = ["step": "0.1", "odd": " a\"b$c'\nd=\u{e9}e\u{301} ", "empty": "", "a-b": "1"]
    task.fields.environment = ["BANYAN_JOB": "99", "BANYAN_PARAM_step": "mine", "BANYAN_PARAM_other": "stays"]
    let all = TaskEnvironment(own: own, passed: []).entries(for: task)
    let expected = [
      "BANYAN_JOB=12", "BANYAN_MEMBER=7", "BANYAN_PARAM_step=0.1", "BANYAN_PARAM_empty=", "BANYAN_PARAM_a-b=1",
      "BANYAN_PARAM_odd= a\"b$c'\nd=\u{e9}e\u{301} ", "BANYAN_PARAM_other=stays",
    ]
    // By code points: a value is not written anew in another form.
    let found = Set(all.map { CodePoints($0) })
    for entry in expected { #expect(found.contains(CodePoints(entry)), "\(entry)") }
    #expect(all.count { $0.hasPrefix("BANYAN_JOB=") } == 1)
    #expect(all.count { $0.hasPrefix("BANYAN_PARAM_step=") } == 1)
  }

  @Test func whoReservesNoGPUSeesNone() {
    let environment = TaskEnvironment(own: own, passed: [], hidesGPUs: true)
    var task = Sample.assigned(.shell("x"))
    #expect(environment.entries(for: task).contains("CUDA_VISIBLE_DEVICES="))
    task.gpus = [1]
    #expect(environment.entries(for: task).contains("CUDA_VISIBLE_DEVICES=1"))
    task.gpus = []
    task.fields.environment = ["CUDA_VISIBLE_DEVICES": "0"]
    #expect(environment.entries(for: task).contains("CUDA_VISIBLE_DEVICES=0"))
    let passing = TaskEnvironment(
      own: ["CUDA_VISIBLE_DEVICES": "GPU-x"], passed: ["CUDA_VISIBLE_DEVICES"], hidesGPUs: true)
    #expect(passing.entries(for: Sample.assigned(.shell("x"))).contains("CUDA_VISIBLE_DEVICES=GPU-x"))
  }

  @Test func pathsOfStreams() {
    var task = Sample.assigned(.shell("x"), key: AttemptKey(task: Sample.task(), claimNumber: 4))
    task.fields.name = "../a/b"
    #expect(StartOrder.path("/o/%t.%a.%n.%%.%x.%", task) == "/o/\(task.id).4..._a_b.%.%x.%")
  }

  @Test func pathsOfMembers() {
    var task = Sample.assigned(.shell("x"), key: AttemptKey(task: Sample.task(), claimNumber: 4))
    #expect(StartOrder.path("/o/%j.%m.%i", task) == "/o/%j.%m.%i")
    task.job = 12
    task.member = 7
    task.fields.array = ArrayPlace(name: "arr", index: 30)
    #expect(StartOrder.path("/o/%j.%m.%i-%%j", task) == "/o/12.7.30-%j")
  }

  @Test func aLineThatLooksLikeAnOptionIsStillACommand() async throws {
    let keeper = try await TestKeeper()
    let task = Sample.assigned(.shell("-x 2>/dev/null || echo ran"))
    let order = StartOrder(
      task, environment: TaskEnvironment(own: ["PATH": "/usr/bin:/bin"], passed: []), logs: keeper.folder("logs"),
      work: keeper.folder("work"))
    #expect(try await keeper.run(order).exitStatus == "success")
    #expect(keeper.output(order) == "ran\n")
  }
}
