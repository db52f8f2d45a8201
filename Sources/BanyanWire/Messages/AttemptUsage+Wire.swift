import BanyanCore
import BanyanJSON

extension AttemptUsage {
  /// Reads `memory`, `cpu_usage`, `gpu_usage`, `peak_memory_bytes`, `cpu_seconds` and `printed`, whichever are there.
  init(_ node: MessageFields) {
    self.init()
    let memory = node.optionalObject("memory") { object in
      (
        resident: object.optionalInteger("resident_memory_bytes", atLeast: 0),
        virtual: object.optionalInteger("virtual_memory_bytes", atLeast: 0)
      )
    }
    residentMemoryBytes = memory?.resident
    virtualMemoryBytes = memory?.virtual
    let cpu = node.optionalObject("cpu_usage") { object in
      object.optionalDouble("utilization_percent")
    }
    cpuPercent = cpu ?? nil
    gpus = node.list("gpu_usage", required: false) { one in
      GPUUsage(
        ordinal: one.integer("ordinal", atLeast: 0),
        usedMemoryBytes: one.integer("used_memory_bytes", atLeast: 0))
    }
    peakMemoryBytes = node.optionalInteger("peak_memory_bytes", atLeast: 0)
    cpuSeconds = node.optionalDouble("cpu_seconds")
    guard node["printed"] != nil else { return }
    let names = node.texts("printed")
    var printed: PrintedStreams = []
    if names.contains("stdout") { printed.insert(.stdout) }
    if names.contains("stderr") { printed.insert(.stderr) }
    self.printed = printed
  }

  /// Sets the members that its reader knows, each where there is a figure.
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
    if let printed {
      object.array("printed") { list in
        if printed.contains(.stdout) { list.append("stdout") }
        if printed.contains(.stderr) { list.append("stderr") }
      }
    }
  }
}
