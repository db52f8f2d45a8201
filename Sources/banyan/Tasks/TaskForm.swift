import BanyanJSON

/// What somebody asks for, by flags or in YAML, before it becomes the JSON of a task.
struct TaskForm {
  /// What runs; without it the task is a group.
  enum Work {
    /// A line for `/bin/sh -c`.
    case shell(String)
    /// A program and its arguments, passed on byte for byte.
    case program([String])
  }

  /// The grace that the command asks for where nobody says otherwise, in milliseconds.
  static let standardGrace: Int64 = 30_000

  var name: String?
  var work: Work?
  var environment: [String: String] = [:]
  var workingDirectory: String?
  var stdin: String?
  var stdout: String?
  var stderr: String?
  /// In the friendly spellings of the task model: `cores`, `memory`, `gpus`.
  var resources: JSONObject = [:]
  var custom: JSONObject = [:]
  var queue: String?
  var priority: Int64?
  var labels: [String: String] = [:]
  var notBefore: String?
  /// Milliseconds.
  var timeLimit: Int64?
  /// Milliseconds.
  var grace: Int64?
  var retries: Int64?
  /// Milliseconds.
  var retryDelay: Int64?
  var onLostContact: String?
  var isHeld = false
  var after: [String] = []
  /// Its place among tasks that are made as one array.
  var array: (name: String, index: Int64)?
  /// How many of the array may be live at a time.
  var maxRunning: Int64?
  /// After so many failures the rest of the array is cancelled.
  var stopAfterFailures: Int64?

  /// The task as the server takes it.
  var document: JSONObject {
    var task: JSONObject = [:]
    if let name { task["name"] = .string(name) }
    if let work {
      switch work {
      case .shell(let line): task["command"] = .string(line)
      case .program(let words): task["arguments"] = .array(words.map(JSON.string))
      }
      var resources = resources
      if resources["cores"] == nil { resources["cores"] = 1 }
      if !custom.isEmpty { resources["custom"] = .object(custom) }
      task["requested_resources"] = .object(resources)
      task["max_shutdown_time_milliseconds"] = .integer(grace ?? Self.standardGrace)
      if !environment.isEmpty { task["environment"] = Self.object(environment) }
      if let workingDirectory { task["working_directory"] = .string(workingDirectory) }
    }
    if let stdin { task["stdin_path"] = .string(stdin) }
    if let stdout { task["stdout_path"] = .string(stdout) }
    if let stderr { task["stderr_path"] = .string(stderr) }
    if let queue { task["queue"] = .string(queue) }
    if let priority { task["priority"] = .integer(priority) }
    if !labels.isEmpty { task["labels"] = Self.object(labels) }
    if let notBefore { task["not_before"] = .string(notBefore) }
    if let timeLimit { task["max_runtime_milliseconds"] = .integer(timeLimit) }
    // More than fits is the server's to refuse, with the field's own limits.
    if let retries { task["max_attempt_count"] = .integer(retries.addingReportingOverflow(1).partialValue) }
    if let retryDelay { task["retry_delay_milliseconds"] = .integer(retryDelay) }
    if let onLostContact { task["on_lost_contact"] = .string(onLostContact) }
    if isHeld { task["held"] = true }
    if let array {
      var place: JSONObject = ["name": .string(array.name), "index": .integer(array.index)]
      if let maxRunning { place["max_running"] = .integer(maxRunning) }
      if let stopAfterFailures { place["stop_after_failures"] = .integer(stopAfterFailures) }
      task["array"] = .object(place)
    }
    if !after.isEmpty { task["after"] = .array(after.map(JSON.string)) }
    task["state"] = "available"
    return task
  }

  private static func object(_ texts: [String: String]) -> JSON {
    var object: JSONObject = [:]
    for (key, value) in texts.sorted(by: { $0.key < $1.key }) { object[key] = .string(value) }
    return .object(object)
  }
}
