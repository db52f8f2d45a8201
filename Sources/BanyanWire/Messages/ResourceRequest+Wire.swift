import BanyanCore
import BanyanJSON

/// The normal form of `requested_resources`, as the server writes it for workers. What providers send is read, with
/// its friendly spellings, by the table of fields.
extension ResourceRequest {
  /// Reads and checks the object; throws with all that is wrong with it.
  public init(_ node: JSONNode) throws(MessageError) {
    let fields = MessageFields(node)
    self.init(fields)
    try fields.check()
  }

  init(_ node: MessageFields) {
    self.init()
    memoryBytes = node.optionalInteger("cpu_memory_bytes", atLeast: 0) ?? Self.defaultMemoryBytes
    let cores = node.optionalObject("cpu_cores") { object in
      (
        count: object.optionalInteger("count", atLeast: 0) ?? 0,
        percent: Self.percent(object)
      )
    }
    coreCount = cores?.count ?? 0
    corePercent = cores?.percent ?? 0
    gpuCount = node.optionalInteger("gpu_count", atLeast: 0) ?? 0
    gpuMemoryBytes = node.optionalInteger("gpu_memory_bytes", atLeast: 0)
    if let major = node.optionalInteger("gpu_compute_capability_major", atLeast: 1) {
      gpuCapability = GPUCapability(
        major: major, minor: node.optionalInteger("gpu_compute_capability_minor", atLeast: 0) ?? 0)
    }
    setCustom(node.counts(of: "custom").map { CustomResource(name: $0.name, count: $0.count) })
  }

  private static func percent(_ cores: MessageFields) -> Double {
    guard let node = cores["percent"] else { return 0 }
    if let percent = node.double, (0...100).contains(percent) { return percent }
    cores.fail("percent", node, "give a number from 0 to 100")
    return 0
  }

  /// Sets the request's members of `object`; of the GPU and custom ones those that are asked for.
  public func write(to object: inout JSONObjectWriter) {
    object.set("cpu_memory_bytes", memoryBytes)
    object.object("cpu_cores") { cores in
      cores.set("count", coreCount)
      if let whole = Int64(exactly: corePercent) {
        cores.set("percent", whole)
      } else {
        cores.set("percent", corePercent)
      }
    }
    object.set("gpu_count", gpuCount)
    object.set("gpu_memory_bytes", ifPresent: gpuMemoryBytes)
    object.set("gpu_compute_capability_major", ifPresent: gpuCapability?.major)
    object.set("gpu_compute_capability_minor", ifPresent: gpuCapability?.minor)
    if !custom.isEmpty {
      object.object("custom") { list in
        for one in custom { list.set(dynamicKey: one.name.text, one.count) }
      }
    }
  }
}
