import BanyanJSON

extension TaskOptions {
  /// What the flags change of a task that is there, as the body of a PATCH. Objects go there whole, so what the flags
  /// don't name in them is taken over.
  func changes(of document: JSON, _ surroundings: Surroundings) throws -> JSONObject {
    var changes: JSONObject = [:]
    if let name { changes["name"] = .string(name) }
    if let queue { changes["queue"] = .string(queue) }
    if let priority { changes["priority"] = .integer(Int64(priority)) }
    if let notBefore { changes["not_before"] = .string(notBefore) }
    if let timeLimit {
      changes["max_runtime_milliseconds"] = .integer(try Quantities.duration(timeLimit, of: "--time-limit"))
    }
    if let grace { changes["max_shutdown_time_milliseconds"] = .integer(try Quantities.duration(grace, of: "--grace")) }
    if let retries {
      changes["max_attempt_count"] = .integer(Int64(retries).addingReportingOverflow(1).partialValue)
    }
    if let retryDelay {
      changes["retry_delay_milliseconds"] = .integer(try Quantities.duration(retryDelay, of: "--retry-delay"))
    }
    if let cwd { changes["working_directory"] = .string(try surroundings.absolute(cwd)) }
    if let stdin { changes["stdin_path"] = .string(try surroundings.absolute(stdin)) }
    if let stdout { changes["stdout_path"] = .string(try surroundings.absolute(stdout)) }
    if let stderr { changes["stderr_path"] = .string(try surroundings.absolute(stderr)) }
    if let environment = try merged(variables, into: document["environment"], of: "--env") {
      changes["environment"] = environment
    }
    if let labels = try merged(label, into: document["labels"], of: "--label") { changes["labels"] = labels }
    if let resources = try changedResources(document["requested_resources"]) {
      changes["requested_resources"] = resources
    }
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
