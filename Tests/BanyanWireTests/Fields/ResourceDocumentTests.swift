import BanyanCore
import BanyanJSON
import BanyanWire
import Testing

@Suite struct ResourceDocumentTests {
  @Test func readsBothSpellingsAlike() throws {
    let own = try request(
      """
      {"cpu_memory_bytes": 1073741824, "cpu_cores": {"count": 2}, "gpu_count": 1, "gpu_memory_bytes": 8589934592,
       "gpu_compute_capability_major": 5, "gpu_compute_capability_minor": 0}
      """)
    let friendly = try request(
      #"{"memory": "1 GiB", "cores": 2, "gpus": 1, "gpu_memory": "8 GiB", "gpu_compute_capability": "5.0"}"#)
    #expect(own == friendly)
    #expect(try request("{}") == ResourceRequest())
    #expect(try request(#"{"memory": 1024}"#).memoryBytes == 1024)
    #expect(try request(#"{"memory": "1024"}"#).memoryBytes == 1024)
    #expect(try request(#"{"cpu_cores": {"percent": 33}}"#).corePercent == 33)
    #expect(
      try request(#"{"custom": {"license.solver": 1}}"#).custom == [CustomResource(name: "license.solver", count: 1)])
  }

  @Test(
    arguments: [
      (#"{"memory": "1g"}"#, "memory"), (#"{"memory": -1}"#, "memory"), (#"{"memory": 1.5}"#, "memory"),
      (#"{"memory": " 1 GB "}"#, "memory"), (#"{"memory": null}"#, "memory"),
      (#"{"memory": 9007199254740993}"#, "memory"),
      (#"{"cores": -1}"#, "cores"), (#"{"cores": 0.5}"#, "cores"), (#"{"cores": "2"}"#, "cores"),
      (#"{"cores": 1.5}"#, "cores"), (#"{"cpu_cores": 2}"#, "cpu_cores"),
      (#"{"cpu_cores": {"percent": 150}}"#, "cpu_cores.percent"), (#"{"cpu_cores": {"cuont": 1}}"#, "cpu_cores.cuont"),
      (#"{"memory": "1 GiB", "cpu_memory_bytes": 5}"#, "cpu_memory_bytes"),
      (#"{"cores": 1, "cpu_cores": {"count": 1}}"#, "cpu_cores"), (#"{"gpus": 1, "gpu_count": 1}"#, "gpu_count"),
      (#"{"gpu_compute_capability": "5"}"#, "gpu_compute_capability"),
      (#"{"gpu_compute_capability": 5.0}"#, "gpu_compute_capability"),
      (#"{"gpu_compute_capability": "0.5"}"#, "gpu_compute_capability"),
      (#"{"gpu_compute_capability_minor": 1}"#, "gpu_compute_capability_minor"),
      (#"{"gpu_compute_capability_major": 0}"#, "gpu_compute_capability_major"),
      (#"{"custom": {"a": 0}}"#, "custom.a"), (#"{"custom": {"": 1}}"#, "custom."), (#"{"custom": []}"#, "custom"),
      (#"{"corse": 1}"#, "corse"),
    ] as [(String, String)])
  func refusesWithThePath(_ text: String, _ path: String) throws {
    let rejection = try #require(throws: Rejection.self) { try request(text) }
    #expect(rejection.issues.map(\.field) == ["requested_resources.\(path)"])
  }

  private func request(_ text: String) throws -> ResourceRequest {
    let document = try JSONDocument(parsing: #"{"command": "x", "requested_resources": \#(text)}"#)
    return try #require(try TaskDocument.draft(document.root).fields.resources)
  }
}
