import BanyanCore
import BanyanJSON

extension AttemptUsage {
  /// Reads `memory`, `cpu_usage`, `gpu_usage`, `peak_memory_bytes` and `cpu_seconds`, whichever are there.
  public init(_ node: JSONNode) throws(MessageError) {
    self.init()
    let memory = try node.optionalObject("memory") { object throws(MessageError) in
      (
        resident: try object.optionalInteger("resident_memory_bytes", atLeast: 0),
        virtual: try object.optionalInteger("virtual_memory_bytes", atLeast: 0)
      )
    }
    residentMemoryBytes = memory?.resident
    virtualMemoryBytes = memory?.virtual
    let cpu = try node.optionalObject("cpu_usage") { object throws(MessageError) in
      try object.optionalDouble("utilization_percent")
    }
    cpuPercent = cpu ?? nil
    gpus = try node.list("gpu_usage", required: false) { one throws(MessageError) in
      GPUUsage(
        ordinal: try one.integer("ordinal", atLeast: 0),
        usedMemoryBytes: try one.integer("used_memory_bytes", atLeast: 0))
    }
    peakMemoryBytes = try node.optionalInteger("peak_memory_bytes", atLeast: 0)
    cpuSeconds = try node.optionalDouble("cpu_seconds")
  }

  /// Sets the members that ``init(_:)`` reads, each where there is a figure.
  public func write(to object: inout JSONObjectWriter) {
    if residentMemoryBytes != nil || virtualMemoryBytes != nil {
      object.object("memory") { memory in
        memory.set("resident_memory_bytes", ifPresent: residentMemoryBytes)
        memory.set("virtual_memory_bytes", ifPresent: virtualMemoryBytes)
      }
    }
    if let cpuPercent {
      object.object("cpu_usage") { $0.set("utilization_percent", cpuPercent) }
    }
    if !gpus.isEmpty {
      object.array("gpu_usage") { list in
        for gpu in gpus {
          list.object { one in
            one.set("ordinal", gpu.ordinal)
            one.set("used_memory_bytes", gpu.usedMemoryBytes)
          }
        }
      }
    }
    object.set("peak_memory_bytes", ifPresent: peakMemoryBytes)
    object.set("cpu_seconds", ifPresent: cpuSeconds)
  }
}
