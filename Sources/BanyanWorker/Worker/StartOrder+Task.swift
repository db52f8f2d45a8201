import BanyanCore
import BanyanWire

extension StartOrder {
  /// The order to run a task that was claimed.
  init(
    _ task: AssignedTask, environment: TaskEnvironment, logs: String, work: String,
    logLimit: Int64 = StartOrder.defaultLogLimit, niceness: Int64 = 0
  ) {
    let key = AttemptKey(task: task.id, claimNumber: task.claimNumber)
    let fields = task.fields
    self.init(
      key: key, token: task.token, arguments: Self.arguments(of: fields.work),
      environment: environment.entries(for: task), workingDirectory: fields.workingDirectory,
      freshFolder: "\(work)/\(key)", stdinPath: fields.stdinPath.map { Self.path($0, task) },
      stdoutPath: fields.stdoutPath.map { Self.path($0, task) },
      stderrPath: fields.stderrPath.map { Self.path($0, task) }, logFolder: "\(logs)/\(key)",
      logLimit: logLimit, niceness: niceness, maxRuntimeMilliseconds: fields.maxRuntime,
      graceMilliseconds: fields.maxShutdownTime,
      onLostContact: fields.onLostContact, resources: fields.resources ?? ResourceRequest(), gpus: task.gpus)
  }

  private static func arguments(of work: Work?) -> [String] {
    switch work {
    // The shell would take a line that starts so for an option.
    case .shell(let command) where command.hasPrefix("-") || command.hasPrefix("+"): ["/bin/sh", "-c", "--", command]
    case .shell(let command): ["/bin/sh", "-c", command]
    case .program(let arguments): arguments
    case nil: []
    }
  }

  /// Fills `%t` (the task), `%n` (its name), `%a` (the attempt), `%j` (its job), `%m` (its member), `%i` (its index) and
  /// `%%` into a path. What a task doesn't have stays as it stands, as does any other letter.
  static func path(_ template: String, _ task: AssignedTask) -> String {
    var path = ""
    var rest = template[...]
    while let sign = rest.firstIndex(of: "%") {
      path += rest[..<sign]
      rest = rest[rest.index(after: sign)...]
      switch rest.first {
      case "t": path += task.id.description
      // A name is one part of a path, whatever stands in it.
      case "n": path += (task.fields.name ?? task.id.description).replacing("/", with: "_")
      case "a": path += "\(task.claimNumber)"
      case "j": path += task.job.map { "\($0)" } ?? "%j"
      case "m": path += task.member.map { "\($0)" } ?? "%m"
      case "i": path += task.fields.array.map { "\($0.index)" } ?? "%i"
      case "%": path += "%"
      case let other:
        path += "%"
        if let other { path.append(other) }
      }
      rest = rest.dropFirst()
    }
    return path + rest
  }
}
