import BanyanCore
import BanyanJSON

/// The normal form of `requested_resources`, as the server writes it for workers. What providers send is read, with
/// its friendly spellings, by the table of fields.
extension ResourceRequest {
  /// Reads it.
  public init(_ node: JSONNode) throws(MessageError) {
    self.init()
    memoryBytes = try node.optionalInteger("cpu_memory_bytes", atLeast: 0) ?? Self.defaultMemoryBytes
    let cores = try node.optionalObject("cpu_cores") { object throws(MessageError) in
      (
        count: try object.optionalInteger("count", atLeast: 0) ?? 0,
        percent: try object["percent"].map(Self.percent) ?? 0
      )
    }
    coreCount = cores?.count ?? 0
    corePercent = cores?.percent ?? 0
    gpuCount = try node.optionalInteger("gpu_count", atLeast: 0) ?? 0
    gpuMemoryBytes = try node.optionalInteger("gpu_memory_bytes", atLeast: 0)
    if let major = try node.optionalInteger("gpu_compute_capability_major", atLeast: 1) {
      gpuCapability = GPUCapability(
        major: major, minor: try node.optionalInteger("gpu_compute_capability_minor", atLeast: 0) ?? 0)
    }
    let custom = try node.optionalObject("custom") { object throws(MessageError) in
      var made: [CustomResource] = []
      for (name, count) in object.members {
        do throws(MessageError) {
          made.append(CustomResource(name: name, count: try count.asCount()))
        } catch {
          throw error.inside(name)
        }
      }
      return made
    }
    setCustom(custom ?? [])
  }

  private static func percent(_ node: JSONNode) throws(MessageError) -> Double {
    guard let percent = node.double, (0...100).contains(percent) else {
      throw MessageError(field: "percent", problem: node.kindName, remedy: "give a number from 0 to 100")
    }
    return percent
  }

  /// Sets its members.
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
        for one in custom { list.set(dynamicKey: one.name, one.count) }
      }
    }
  }
}
