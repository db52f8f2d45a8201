import BanyanCore
import BanyanJSON

/// What somebody asks for, by flags or in YAML, before it becomes the JSON of a family of tasks.
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
  /// What runs is a script that travels as it was: its text is nobody's place for values.
  var isScript = false
  var environment = TextMap()
  var workingDirectory: String?
  /// In the friendly spellings of the task model: `cores`, `memory`, `gpus`.
  var resources: JSONObject = [:]
  var custom: JSONObject = [:]
  /// Fields that are their values and nothing more, by their names in documents.
  var values: JSONObject = [:]
  var isHeld = false
  /// What a graph says that it waits for.
  var after: [String] = []
  /// What somebody typed that it waits for, in the words of selectors until they are looked up.
  var awaited: [String] = []
  /// What the tasks differ in that are made of it; nil: it is one task.
  var parameters: FamilyParameters?
  /// How many of them may be live at a time.
  var maxRunning: Int64?
  /// After so many failures the rest of them is cancelled.
  var stopAfterFailures: Int64?

  /// The family as the server takes it, as one of the `tasks` of a job.
  var document: JSONObject {
    var task = values
    if let name { task["name"] = .string(name) }
    let grace = ProvidedField.maxShutdownTime.name
    if let work {
      switch work {
      case .shell(let line): task["command"] = .string(line)
      case .program(let words): task["arguments"] = .array(words.map(JSON.string))
      }
      var resources = resources
      if resources["cores"] == nil, resources["cpu_cores"] == nil { resources["cores"] = 1 }
      if !custom.isEmpty { resources["custom"] = .object(custom) }
      task["requested_resources"] = .object(resources)
      if task[grace] == nil { task[grace] = .integer(Self.standardGrace) }
      if !environment.isEmpty { task["environment"] = Self.object(environment) }
      if let workingDirectory { task["working_directory"] = .string(workingDirectory) }
    } else {
      task[grace] = nil
    }
    if isHeld { task["held"] = true }
    if let (key, value) = parameters?.member { task[key] = value }
    if let maxRunning { task["max_running"] = .integer(maxRunning) }
    if let stopAfterFailures { task["stop_after_failures"] = .integer(stopAfterFailures) }
    let all = after + awaited.filter { !after.contains($0) }
    if !all.isEmpty { task["after"] = .array(all.map(JSON.string)) }
    task["state"] = "available"
    return task
  }

  /// An object of strings, in the order of their names.
  static func object(_ texts: TextMap) -> JSON {
    var object: JSONObject = [:]
    for (key, value) in texts { object[key] = .string(value) }
    return .object(object)
  }
}
