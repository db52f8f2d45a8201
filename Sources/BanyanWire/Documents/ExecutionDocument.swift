import BanyanCore
import BanyanJSON

/// The record of an attempt (execution data) as JSON.
public enum ExecutionDocument {
  /// What a worker may set.
  static let givenNames = [
    "worker_id", "worker", "token", "working_directory", "exit_status", "time_started", "time_terminated", "memory",
    "cpu_usage", "gpu_usage", "peak_memory_bytes", "cpu_seconds",
  ]
  /// What only the server writes.
  static let serverNames = ["_id", "_created", "_updated", "task_id", "attempt_count", "claim_number", "last_update"]

  /// Reads the body of `update_execution_data` on its own; throws if anything is wrong with it.
  public static func patch(
    _ node: JSONNode, of task: TaskID, proof: TaskDocument.Proving
  ) throws(Rejection) -> ExecutionPatch {
    var reader = FieldReader()
    let patch = read(node, of: task, &reader, at: "", proof)
    try reader.check("the execution data is not changed")
    return patch
  }

  static func read(
    _ node: JSONNode, of task: TaskID, _ reader: inout FieldReader, at path: String, _ proof: TaskDocument.Proving
  ) -> ExecutionPatch {
    var patch = ExecutionPatch(token: .none)
    var usage = AttemptUsage()
    var hasUsage = false
    // The closure below can't escape, but it may not capture a parameter that can't either.
    if let token = node["token"] { patch.token = token.string.map { proof(task, $0) } ?? .forged }
    reader.members(of: node, known: givenNames, path.isEmpty ? "body" : path) { reader, key, value in
      let place = FieldReader.join(path, key)
      switch key {
      case "token":
        if !value.isString { reader.fail(place, value, "give the token that came with the claim") }
      case "worker_id": patch.workerID = reader.identifier(value, of: "a worker", place)
      // As the first Banyan called it.
      case "worker": patch.workerName = reader.text(value, .name, place)
      case "working_directory": patch.update.workingDirectory = reader.text(value, .absolutePath, place)
      case "exit_status": patch.exitStatus = reader.text(value, .exitStatus, place)
      case "time_started": patch.update.timeStarted = reader.date(value, place)
      case "time_terminated": patch.timeTerminated = reader.date(value, place)
      case "memory", "cpu_usage", "gpu_usage", "peak_memory_bytes", "cpu_seconds":
        hasUsage = true
        read(value, of: key, into: &usage, &reader, place)
      default:
        guard serverNames.contains(key) else { return false }
        reader.fail(place, "the server writes it; leave it out")
      }
      return true
    }
    if patch.workerID != nil, patch.workerName != nil {
      reader.fail(FieldReader.join(path, "worker"), "given beside worker_id; give one of them")
    }
    if hasUsage { patch.update.usage = usage }
    return patch
  }

  private static let integers = 0...TaskField.maxInteger

  private static func read(
    _ value: JSONNode, of key: String, into usage: inout AttemptUsage, _ reader: inout FieldReader, _ place: String
  ) {
    switch key {
    case "memory":
      let known = ["resident_memory_bytes", "virtual_memory_bytes"]
      reader.members(of: value, known: known, place) { reader, key, value in
        switch key {
        case "resident_memory_bytes": usage.residentMemoryBytes = reader.integer(value, integers, "\(place).\(key)")
        case "virtual_memory_bytes": usage.virtualMemoryBytes = reader.integer(value, integers, "\(place).\(key)")
        default: return false
        }
        return true
      }
    case "cpu_usage":
      reader.members(of: value, known: ["utilization_percent"], place) { reader, key, value in
        guard key == "utilization_percent" else { return false }
        usage.cpuPercent = reader.number(value, "\(place).\(key)")
        return true
      }
    case "gpu_usage": usage.gpus = gpus(value, &reader, place)
    case "peak_memory_bytes": usage.peakMemoryBytes = reader.integer(value, integers, place)
    default: usage.cpuSeconds = reader.number(value, place)
    }
  }

  private static func gpus(_ node: JSONNode, _ reader: inout FieldReader, _ path: String) -> [GPUUsage] {
    guard node.isArray, node.count <= 1024 else {
      reader.fail(path, node, "give a list of at most 1024 objects {ordinal, used_memory_bytes}")
      return []
    }
    var gpus: [GPUUsage] = []
    for (index, element) in node.elements.enumerated() {
      let place = "\(path).\(index)"
      var ordinal: Int64?
      var used: Int64?
      reader.members(of: element, known: ["ordinal", "used_memory_bytes"], place) { reader, key, value in
        switch key {
        case "ordinal": ordinal = reader.integer(value, integers, "\(place).ordinal")
        case "used_memory_bytes": used = reader.integer(value, integers, "\(place).used_memory_bytes")
        default: return false
        }
        return true
      }
      if element.isObject {
        if element["ordinal"] == nil { reader.fail("\(place).ordinal", "missing; give the GPU's index") }
        if element["used_memory_bytes"] == nil { reader.fail("\(place).used_memory_bytes", "missing; give bytes") }
      }
      if let ordinal, let used { gpus.append(GPUUsage(ordinal: ordinal, usedMemoryBytes: used)) }
    }
    return gpus
  }
}
