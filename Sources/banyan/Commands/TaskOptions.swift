import ArgumentParser
import BanyanJSON

/// The flags that say what a task is.
struct TaskOptions: ParsableArguments {
  @Option(name: .long, help: "A name, unique among your tasks that have not ended.")
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

  @Option(name: .long, help: ArgumentHelp("Run after these have succeeded.", valueName: "id,name"))
  var after: [String] = []

  @Option(name: .customLong("not-before"), help: ArgumentHelp("Not earlier (ISO 8601).", valueName: "time"))
  var notBefore: String?

  @Option(name: .customLong("time-limit"), help: ArgumentHelp("Stop it then, as in 10m.", valueName: "span"))
  var timeLimit: String?

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

  @Option(name: .long, help: ArgumentHelp("Where its output goes; %t task, %n name, %a attempt.", valueName: "file"))
  var stdout: String?

  @Option(name: .long, help: ArgumentHelp("Where its errors go.", valueName: "file"))
  var stderr: String?

  @Option(name: .long, help: ArgumentHelp("A label.", valueName: "key=value"))
  var label: [String] = []

  @Flag(name: .long, help: "Keep it back until `banyan unhold`.")
  var hold = false

  /// A form with everything but what runs. `after` still holds what was typed.
  func form(_ surroundings: Surroundings) throws -> TaskForm {
    var form = TaskForm()
    form.name = name
    form.queue = queue
    form.priority = priority.map(Int64.init)
    if let cores { form.resources["cores"] = .integer(Int64(cores)) }
    if let memory { form.resources["memory"] = .integer(try Quantities.bytes(memory, of: "--memory")) }
    if let gpus { form.resources["gpus"] = .integer(Int64(gpus)) }
    if let gpuMemory { form.resources["gpu_memory"] = .integer(try Quantities.bytes(gpuMemory, of: "--gpu-memory")) }
    for text in resource {
      let (name, count) = try Quantities.resource(text, of: "--resource")
      form.custom[name] = .integer(count)
    }
    form.after = after.flatMap { $0.split(separator: ",").map(String.init) }
    form.notBefore = notBefore
    form.timeLimit = try timeLimit.map { try Quantities.duration($0, of: "--time-limit") }
    form.grace = try grace.map { try Quantities.duration($0, of: "--grace") }
    form.retryDelay = try retryDelay.map { try Quantities.duration($0, of: "--retry-delay") }
    form.retries = retries.map(Int64.init)
    form.environment = try exported(surroundings)
    for text in variables {
      let (key, value) = try Quantities.pair(text, of: "--env")
      form.environment[key] = value
    }
    form.workingDirectory = try cwd.map { try surroundings.absolute($0) } ?? surroundings.requiredWorkingDirectory()
    form.stdin = try stdin.map { try surroundings.absolute($0) }
    form.stdout = try stdout.map { try surroundings.absolute($0) }
    form.stderr = try stderr.map { try surroundings.absolute($0) }
    for text in label {
      let (key, value) = try Quantities.pair(text, of: "--label")
      form.labels[key] = value
    }
    form.isHeld = hold
    return form
  }

  /// The shell's variables that travel.
  func exported(_ surroundings: Surroundings) throws -> [String: String] {
    if let export, !["ALL", "NONE"].contains(export),
      let name = export.split(separator: ",").map(String.init).first(where: { surroundings.unreadable.contains($0) })
    {
      throw UsageError("--export: the value of '\(name)' is not UTF-8, and can't travel")
    }
    return try ExportedEnvironment.chosen(by: export, from: surroundings.environment)
  }

  /// Flags that make no sense for a whole graph.
  var ofSingleTasks: [String] {
    var given: [String] = []
    if name != nil { given.append("--name") }
    if cores != nil { given.append("--cores") }
    if memory != nil { given.append("--memory") }
    if gpus != nil { given.append("--gpus") }
    if !after.isEmpty { given.append("--after") }
    if cwd != nil { given.append("--cwd") }
    if !variables.isEmpty { given.append("--env") }
    if retries != nil { given.append("--retries") }
    if timeLimit != nil { given.append("--time-limit") }
    if hold { given.append("--hold") }
    return given
  }
}
