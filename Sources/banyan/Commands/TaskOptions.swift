import ArgumentParser
import BanyanCore
import BanyanJSON

/// The flags that say what a task is.
struct TaskOptions: ParsableArguments {
  @Option(name: .long, help: "A name, by which it can be asked for.")
  var name: String?

  @Option(name: .long, help: "The queue.")
  var queue: String?

  @Option(name: .long, parsing: .unconditional, help: "-32768 to 32767; larger goes first.")
  var priority: Int?

  @Option(name: .long, help: "Cores to reserve (1).")
  var cores: Int?

  @Option(name: .long, help: ArgumentHelp("Memory to reserve, as in 512MiB.", valueName: "size"))
  var memory: String?

  @Option(name: .long, help: "GPUs to reserve.")
  var gpus: Int?

  @Option(name: .customLong("gpu-memory"), help: ArgumentHelp("Memory of each GPU.", valueName: "size"))
  var gpuMemory: String?

  @Option(name: .long, help: ArgumentHelp("Something else that workers have, as in license=1.", valueName: "name=n"))
  var resource: [String] = []

  @Option(name: .long, help: ArgumentHelp("Run after these have succeeded.", valueName: "selector"))
  var after: [String] = []

  @Option(
    name: .customLong("not-before"),
    help: ArgumentHelp("Not earlier: 22:00, tomorrow 08:00, +5m, ISO 8601.", valueName: "time"))
  var notBefore: String?

  @Option(name: .customLong("time-limit"), help: ArgumentHelp("Stop it then, as in 10m.", valueName: "span"))
  var timeLimit: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How long it should take, as in 10m: what runs first and where is planned by it.", valueName: "span"))
  var estimate: String?

  @Option(name: .long, help: ArgumentHelp("Between SIGTERM and SIGKILL (30s).", valueName: "span"))
  var grace: String?

  @Option(name: .long, help: "Further attempts after a failure (0).")
  var retries: Int?

  @Option(name: .customLong("retry-delay"), help: ArgumentHelp("Before a further attempt.", valueName: "span"))
  var retryDelay: String?

  @Option(name: .customLong("env"), help: ArgumentHelp("A variable of its environment.", valueName: "key=value"))
  var variables: [String] = []

  @Option(
    name: .long, help: ArgumentHelp("Which of the shell's variables travel: names, ALL or NONE.", valueName: "names"))
  var export: String?

  @Option(name: .long, help: ArgumentHelp("Where it runs (here).", valueName: "dir"))
  var cwd: String?

  @Option(name: .long, help: ArgumentHelp("Its standard input.", valueName: "file"))
  var stdin: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Where its output goes; %j job, %m member, %i index, %t task, %n name, %a attempt.", valueName: "file"))
  var stdout: String?

  @Option(name: .long, help: ArgumentHelp("Where its errors go.", valueName: "file"))
  var stderr: String?

  @Option(name: .long, help: ArgumentHelp("A label.", valueName: "key=value"))
  var label: [String] = []

  @Flag(name: .long, help: "Keep it back until `banyan unhold`.")
  var hold = false

  /// A form with everything but what runs. `awaited` still holds what was typed.
  func form(_ surroundings: Surroundings) throws -> TaskForm {
    var form = TaskForm()
    form.name = name
    form.values = try values(surroundings)
    if let cores { form.resources["cores"] = .integer(Int64(cores)) }
    if let memory { form.resources["memory"] = .integer(try Quantities.bytes(memory, of: "--memory")) }
    if let gpus { form.resources["gpus"] = .integer(Int64(gpus)) }
    if let gpuMemory { form.resources["gpu_memory"] = .integer(try Quantities.bytes(gpuMemory, of: "--gpu-memory")) }
    for text in resource {
      let (name, count) = try Quantities.resource(text, of: "--resource")
      form.custom[name] = .integer(count)
    }
    form.awaited = try references()
    form.environment = try exported(surroundings)
    for text in variables {
      let (key, value) = try Quantities.pair(text, of: "--env")
      form.environment[key] = value
    }
    form.workingDirectory = try cwd.map { try surroundings.absolute($0) } ?? surroundings.requiredWorkingDirectory()
    if !label.isEmpty {
      let labels = try label.map { try Quantities.pair($0, of: "--label") }
      form.values["labels"] = TaskForm.object(TextMap(labels.map { ($0.key, $0.value) }))
    }
    form.isHeld = hold
    return form
  }

  /// The flags that each give one field its value, and what was typed.
  var typed: [(field: ProvidedField, text: String)] {
    let all: [(ProvidedField, String?)] = [
      (.queue, queue), (.priority, priority.map(String.init)), (.notBefore, notBefore), (.estimatedRuntime, estimate),
      (.maxRuntime, timeLimit), (.maxShutdownTime, grace), (.maxAttemptCount, retries.map(String.init)),
      (.retryDelay, retryDelay), (.stdinPath, stdin), (.stdoutPath, stdout), (.stderrPath, stderr),
    ]
    return all.compactMap { field, text in text.map { (field, $0) } }
  }

  /// What they say, by the names of documents.
  func values(_ surroundings: Surroundings) throws -> JSONObject {
    var values: JSONObject = [:]
    for (field, text) in typed {
      values[field.name] = try WrittenValue.json(text, of: field, at: field.flag, absolute: surroundings.absolute)
    }
    return values
  }

  /// The shell's variables that travel.
  func exported(_ surroundings: Surroundings) throws -> TextMap {
    if let export, !["ALL", "NONE"].contains(export),
      let name = export.split(separator: ",").map(String.init).first(where: {
        surroundings.unreadable.contains(CodePoints($0))
      })
    {
      throw UsageError("--export: the value of '\(name)' is not UTF-8, and can't travel")
    }
    return try ExportedEnvironment.chosen(by: export, from: surroundings.environment)
  }
}
