import BanyanJSON

extension TaskOptions {
  /// What the flags change of a task that is there, as the body of a PATCH. Objects go there whole, so what the flags
  /// don't name in them is taken over.
  func changes(of document: JSON, _ surroundings: Surroundings) throws -> JSONObject {
    var changes = try values(surroundings)
    if let name { changes["name"] = .string(name) }
    if let cwd { changes["working_directory"] = .string(try surroundings.absolute(cwd)) }
    if let environment = try merged(variables, into: document["environment"], of: "--env") {
      changes["environment"] = environment
    }
    if let labels = try merged(label, into: document["labels"], of: "--label") { changes["labels"] = labels }
    if let resources = try changedResources(document["requested_resources"]) {
      changes["requested_resources"] = resources
    }
    return changes
  }

  /// What the flags change of tasks that are made anew: what they don't name stays, of what is reserved too.
  func changes(_ surroundings: Surroundings) throws -> JSONObject {
    var changes = try values(surroundings)
    if let cwd { changes["working_directory"] = .string(try surroundings.absolute(cwd)) }
    var resources: JSONObject = [:]
    if let cores { resources["cores"] = .integer(Int64(cores)) }
    if let memory { resources["memory"] = .integer(try Quantities.bytes(memory, of: "--memory")) }
    if let gpus { resources["gpus"] = .integer(Int64(gpus)) }
    if let gpuMemory { resources["gpu_memory"] = .integer(try Quantities.bytes(gpuMemory, of: "--gpu-memory")) }
    var custom: JSONObject = [:]
    for text in resource {
      let (name, count) = try Quantities.resource(text, of: "--resource")
      custom[name] = .integer(count)
    }
    if !custom.isEmpty { resources["custom"] = .object(custom) }
    if !resources.isEmpty { changes["requested_resources"] = .object(resources) }
    return changes
  }

  private func merged(_ pairs: [String], into known: JSON?, of flag: String) throws -> JSON? {
    guard !pairs.isEmpty else { return Optional.none }
    var object = known?.object ?? [:]
    for text in pairs {
      let (key, value) = try Quantities.pair(text, of: flag)
      object[key] = .string(value)
    }
    return .object(object)
  }

  private func changedResources(_ known: JSON?) throws -> JSON? {
    var resources = known?.object ?? [:]
    if let cores {
      var object = resources["cpu_cores"]?.object ?? [:]
      object["count"] = .integer(Int64(cores))
      resources["cpu_cores"] = .object(object)
    }
    if let memory { resources["cpu_memory_bytes"] = .integer(try Quantities.bytes(memory, of: "--memory")) }
    if let gpus { resources["gpu_count"] = .integer(Int64(gpus)) }
    if let gpuMemory { resources["gpu_memory_bytes"] = .integer(try Quantities.bytes(gpuMemory, of: "--gpu-memory")) }
    if !resource.isEmpty {
      var custom = resources["custom"]?.object ?? [:]
      for text in resource {
        let (name, count) = try Quantities.resource(text, of: "--resource")
        custom[name] = .integer(count)
      }
      resources["custom"] = .object(custom)
    }
    let isChanged = cores != nil || memory != nil || gpus != nil || gpuMemory != nil || !resource.isEmpty
    return isChanged ? .object(resources) : Optional.none
  }
}
