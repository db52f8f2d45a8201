import BanyanJSON
import Testing

@testable import banyan

@Suite struct WorkerFitTests {
  private static let small: JSON = ["resources": ["cpu_cores": 2, "cpu_memory_bytes": 1_073_741_824, "gpus": []]]
  private static let large: JSON = [
    "resources": [
      "cpu_cores": 16, "cpu_memory_bytes": 68_719_476_736,
      "gpus": [["ordinal": 0, "memory_bytes": 8_000_000_000], ["ordinal": 1, "memory_bytes": 24_000_000_000]],
      "custom": ["license": 1],
    ]
  ]

  private func form(_ resources: JSONObject, custom: JSONObject = [:]) -> TaskForm {
    var form = TaskForm()
    form.resources = resources
    form.custom = custom
    return form
  }

  @Test func whatFitsSomewhereIsNoTrouble() {
    let workers = [Self.small, Self.large]
    #expect(WorkerFit.trouble(form([:]), among: workers) == nil)
    #expect(WorkerFit.trouble(form(["cores": 16, "gpus": 2], custom: ["license": 1]), among: workers) == nil)
    #expect(WorkerFit.trouble(form(["gpus": 1, "gpu_memory": 20_000_000_000]), among: workers) == nil)
    #expect(WorkerFit.trouble(form(["cores": 99]), among: []) == nil, "nobody is there to say")
  }

  @Test func whatFitsNowhereIsToldByTheNearest() {
    let workers = [Self.small, Self.large]
    #expect(
      WorkerFit.trouble(form(["gpus": 9]), among: workers)
        == "no worker that is known could run it; the nearest lacks GPUs (9 wanted, 2 there)")
    #expect(
      WorkerFit.trouble(form(["cores": 17, "gpus": 1]), among: workers)?.contains("cores (17 wanted, 16 there)") == true
    )
    #expect(WorkerFit.trouble(form(["gpus": 2, "gpu_memory": 20_000_000_000]), among: workers) != nil)
    #expect(WorkerFit.trouble(form([:], custom: ["license": 2]), among: workers)?.contains("license") == true)
    #expect(WorkerFit.trouble(form(["memory": 99_000_000_000]), among: workers)?.contains("memory") == true)
  }
}
