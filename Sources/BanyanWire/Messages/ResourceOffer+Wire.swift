import BanyanCore
import BanyanJSON

extension ResourceOffer {
  /// Reads the `resources` of a `hello` or a `claim`.
  public init(_ node: JSONNode) throws(MessageError) {
    self.init(
      memoryBytes: try node.integer("cpu_memory_bytes", atLeast: 0),
      cores: try node.integer("cpu_cores", atLeast: 0),
      gpus: try node.list("gpus", required: false) { one throws(MessageError) in try GPUDevice(one) },
      custom: try Self.custom(of: node),
      maxTasks: try node.optionalInteger("max_tasks", atLeast: 0))
    var seen: Set<Int64> = []
    for (position, gpu) in gpus.enumerated() where !seen.insert(gpu.ordinal).inserted {
      throw MessageError(
        field: "gpus[\(position)].ordinal", problem: "\(gpu.ordinal) stands there twice",
        remedy: "give each GPU its own ordinal")
    }
  }

  private static func custom(of node: JSONNode) throws(MessageError) -> [String: Int64] {
    let given = try node.optionalObject("custom") { object throws(MessageError) in
      var made: [String: Int64] = [:]
      for (name, count) in object.members {
        if let trouble = CustomResource.trouble(withName: name) {
          throw MessageError(field: String(name.prefix(64)), problem: "a bad name", remedy: trouble)
        }
        do throws(MessageError) {
          made[name] = try count.asCount()
        } catch {
          throw error.inside(name)
        }
      }
      guard made.count <= CustomResource.mostNames else {
        throw MessageError(
          field: "", problem: "\(made.count) names", remedy: "give at most \(CustomResource.mostNames)")
      }
      return made
    }
    return given ?? [:]
  }

  /// Fills the `resources` of a `hello` or a `claim`.
  public func write(to object: inout JSONObjectWriter) {
    object.set("cpu_memory_bytes", memoryBytes)
    object.set("cpu_cores", cores)
    object.array("gpus") { list in
      for gpu in gpus { list.object { gpu.write(to: &$0) } }
    }
    object.object("custom") { custom in
      for (name, count) in self.custom.sorted(by: { $0.key < $1.key }) { custom.set(dynamicKey: name, count) }
    }
    object.set("max_tasks", ifPresent: maxTasks)
  }
}

extension GPUDevice {
  init(_ node: JSONNode) throws(MessageError) {
    self.init(
      ordinal: try node.integer("ordinal", atLeast: 0),
      uuid: try node.optionalText("uuid"),
      model: try node.optionalText("model"),
      memoryBytes: try node.integer("memory_bytes", atLeast: 0),
      capability: GPUCapability(
        major: try node.integer("compute_capability_major", atLeast: 0),
        minor: try node.integer("compute_capability_minor", atLeast: 0)))
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
