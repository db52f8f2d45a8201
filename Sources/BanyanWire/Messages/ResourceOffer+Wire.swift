import BanyanCore
import BanyanJSON

extension ResourceOffer {
  /// Reads the `resources` of a `hello` or a `claim`.
  init(_ node: MessageFields) {
    self.init(
      memoryBytes: node.integer("cpu_memory_bytes", atLeast: 0),
      cores: node.integer("cpu_cores", atLeast: 0),
      gpus: node.list("gpus", required: false) { one in GPUDevice(one) },
      custom: Self.custom(of: node),
      maxTasks: node.optionalInteger("max_tasks", atLeast: 0))
    var seen: Set<Int64> = []
    for (position, gpu) in gpus.enumerated() where !seen.insert(gpu.ordinal).inserted {
      node.fail("gpus.\(position).ordinal", "\(gpu.ordinal) stands there twice; give each GPU its own ordinal")
    }
  }

  private static func custom(of node: MessageFields) -> [CodePoints: Int64] {
    let given = node.counts(of: "custom", CustomResource.trouble(withName:))
    if given.count > CustomResource.maxNames {
      node.fail("custom", "\(given.count) names; give at most \(CustomResource.maxNames)")
    }
    return Dictionary(given.map { (CodePoints($0.name), $0.count) }) { $1 }
  }

  /// Fills the `resources` of a `hello` or a `claim`.
  public func write(to object: inout JSONObjectWriter) {
    object.set("cpu_memory_bytes", memoryBytes)
    object.set("cpu_cores", cores)
    object.array("gpus") { list in
      for gpu in gpus { list.object { gpu.write(to: &$0) } }
    }
    object.object("custom") { custom in
      for (name, count) in self.custom.sorted(by: { $0.key < $1.key }) { custom.set(dynamicKey: name.text, count) }
    }
    object.set("max_tasks", ifPresent: maxTasks)
  }
}

extension GPUDevice {
  init(_ node: MessageFields) {
    self.init(
      ordinal: node.integer("ordinal", atLeast: 0),
      uuid: node.optionalText("uuid"),
      model: node.optionalText("model"),
      memoryBytes: node.integer("memory_bytes", atLeast: 0),
      capability: GPUCapability(
        major: node.integer("compute_capability_major", atLeast: 0),
        minor: node.integer("compute_capability_minor", atLeast: 0)))
  }

  func write(to object: inout JSONObjectWriter) {
    object.set("ordinal", ordinal)
    object.set("uuid", ifPresent: uuid)
    object.set("model", ifPresent: model)
    object.set("memory_bytes", memoryBytes)
    object.set("compute_capability_major", capability.major)
    object.set("compute_capability_minor", capability.minor)
  }
}
