extension ProvidedField {
  /// Every field that a provider writes, beside its edges, its hold and its state, in the order of documents and of
  /// records on the disk.
  public static let all = identity + work + scheduling + limits

  // MARK: What it is called

  /// The first ones of a document.
  public static let identity = [name]

  /// `name`: what people call the task.
  public static let name = ProvidedField(
    "name", .text(.name, TextAccess({ $0.name }, { $0.name = $1 })), stored: nil,
    "Unique among its owner's tasks that have not ended.")

  // MARK: What it runs

  /// What it runs, where and with what.
  public static let work = [
    command, arguments, environment, workingDirectory, stdinPath, stdoutPath, stderrPath, resources,
  ]

  /// `command`: a line for the shell.
  public static let command = ProvidedField(
    "command",
    .text(
      .command,
      TextAccess(
        { if case .shell(let line) = $0.work { line } else { nil } },
        { fields, line in
          if let line { fields.work = .shell(line) } else if case .shell = fields.work { fields.work = nil }
        })), stored: nil, word: "run", "Run by /bin/sh -c. Neither this nor arguments: a group.")

  /// `arguments`: a program and its arguments, without a shell.
  public static let arguments = ProvidedField(
    "arguments",
    .texts(
      .arguments,
      TextsAccess(
        { if case .program(let words) = $0.work { words } else { nil } },
        { fields, words in
          if let words { fields.work = .program(words) } else if case .program = fields.work { fields.work = nil }
        })), stored: nil, word: "arguments", "The program and its arguments, no shell; instead of command.")

  /// `environment`: variables of the task's process.
  public static let environment = ProvidedField(
    "environment", .map(.environment, MapAccess({ $0.environment }, { $0.environment = $1 })), stored: "environment",
    word: "env", "Variables on top of a small documented environment.")

  /// `working_directory`: the folder that the task runs in.
  public static let workingDirectory = ProvidedField(
    "working_directory", .text(.absolutePath, TextAccess({ $0.workingDirectory }, { $0.workingDirectory = $1 })),
    stored: "working_directory", word: "cwd", "Where it runs; else a fresh folder for each attempt.")

  /// `stdin_path`: the file that the task reads on its standard input.
  public static let stdinPath = ProvidedField(
    "stdin_path", .text(.path, TextAccess({ $0.stdinPath }, { $0.stdinPath = $1 })), stored: "stdin_path",
    word: "stdin",
    "A path on the worker; %t task, %n name, %a attempt.")

  /// `stdout_path`: the file that its standard output is written to.
  public static let stdoutPath = ProvidedField(
    "stdout_path", .text(.path, TextAccess({ $0.stdoutPath }, { $0.stdoutPath = $1 })), stored: "stdout_path",
    word: "stdout", "A path on the worker; %t task, %n name, %a attempt.")

  /// `stderr_path`: the file that its standard error is written to.
  public static let stderrPath = ProvidedField(
    "stderr_path", .text(.path, TextAccess({ $0.stderrPath }, { $0.stderrPath = $1 })), stored: "stderr_path",
    word: "stderr", "A path on the worker; %t task, %n name, %a attempt.")

  /// `requested_resources`: memory, cores, GPUs and custom resources.
  public static let resources = ProvidedField(
    "requested_resources", .resources(ResourcesAccess({ $0.resources }, { $0.resources = $1 })), stored: nil,
    "What it reserves on its worker; a command needs it, a group has none.")

  // MARK: Where and when it goes

  /// Where it goes, and when.
  public static let scheduling = [queue, priority, labels, array, notBefore]

  /// `queue`: the queue that workers claim it from.
  public static let queue = ProvidedField(
    "queue", .text(.queue, TextAccess({ $0.queue }, { $0.queue = $1 ?? $0.queue })), stored: nil, word: "queue",
    "A worker claims from the queues it names, or from all.")

  /// `priority`: tasks of a larger one are given out first.
  public static let priority = ProvidedField(
    "priority",
    .integer(
      Int64(Int16.min)...Int64(Int16.max),
      NumberAccess({ Int64($0.priority) }, { $0.priority = $1.map(Int16.init(clamping:)) ?? $0.priority })),
    stored: nil,
    word: "priority", "Larger first.")

  /// `labels`: texts by name that its provider finds it again by.
  public static let labels = ProvidedField(
    "labels", .map(.labels, MapAccess({ $0.labels }, { $0.labels = $1 })), by: .anyTime, stored: "labels",
    word: "labels",
    "For filters and pictures.")

  /// `array`: its place among the tasks of an array.
  public static let array = ProvidedField(
    "array", .arrayPlace(PlaceAccess({ $0.array }, { $0.array = $1 })), by: .whenMade, stored: "array",
    "Its place among tasks that were made as one array, and the array's limits.")

  /// `not_before`: the moment before which it isn't claimable, milliseconds since 1970.
  public static let notBefore = ProvidedField(
    "not_before", .date(NumberAccess({ $0.notBefore }, { $0.notBefore = $1 })), stored: "not_before",
    word: "not_before",
    "Not claimable earlier.")

  // MARK: How long, and how often

  /// How long it may take, and how often it is tried.
  public static let limits = [
    onLostContact, estimatedRuntime, maxRuntime, maxShutdownTime, maxAttemptCount, maxLossCount, retryDelay,
  ]

  /// `on_lost_contact`: whether it is stopped or runs on while its worker can't reach the server.
  public static let onLostContact = ProvidedField(
    "on_lost_contact",
    .word(
      LostContact.allCases.map(\.rawValue),
      TextAccess(
        { $0.onLostContact.rawValue },
        { $0.onLostContact = $1.flatMap(LostContact.init(rawValue:)) ?? $0.onLostContact })),
    stored: "on_lost_contact", word: "on_lost_contact", "What its worker does when the server stays away.")

  /// `estimated_runtime_milliseconds`: how long its provider thinks that it runs.
  public static let estimatedRuntime = ProvidedField(
    "estimated_runtime_milliseconds",
    .span(0...maxInteger, NumberAccess({ $0.estimatedRuntime }, { $0.estimatedRuntime = $1 })),
    stored: "estimated_runtime", word: "estimate", "Not enforced; feeds estimates.")

  /// `max_runtime_milliseconds`: how long an attempt may run.
  public static let maxRuntime = ProvidedField(
    "max_runtime_milliseconds", .span(1...maxInteger, NumberAccess({ $0.maxRuntime }, { $0.maxRuntime = $1 })),
    stored: "max_runtime", word: "time_limit", "The worker stops it then: timed out, a failed attempt.")

  /// `max_shutdown_time_milliseconds`: the grace of an attempt that has to end.
  public static let maxShutdownTime = ProvidedField(
    "max_shutdown_time_milliseconds",
    .span(0...maxInteger, NumberAccess({ $0.maxShutdownTime }, { $0.maxShutdownTime = $1 ?? $0.maxShutdownTime })),
    stored: "max_shutdown_time", word: "grace", "Time between SIGTERM and SIGKILL.")

  /// `max_attempt_count`: how many attempts it has; when the last of them fails, the task has failed.
  public static let maxAttemptCount = ProvidedField(
    "max_attempt_count",
    .integer(
      1...Int64(Int32.max),
      NumberAccess(
        { Int64($0.maxAttemptCount) }, { $0.maxAttemptCount = $1.map(UInt32.init(clamping:)) ?? $0.maxAttemptCount })),
    stored: "max_attempt_count", word: "retries", adding: 1, "Attempts that may fail.")

  /// `max_loss_count`: how often it is given out again after an attempt was lost with its worker.
  public static let maxLossCount = ProvidedField(
    "max_loss_count",
    .integer(
      0...Int64(Int32.max),
      NumberAccess({ Int64($0.maxLossCount) }, { $0.maxLossCount = $1.map(UInt32.init(clamping:)) ?? $0.maxLossCount })),
    stored: "max_loss_count", "How often an attempt may be lost with its worker and be given out again.")

  /// `retry_delay_milliseconds`: the pause after the first failed attempt.
  public static let retryDelay = ProvidedField(
    "retry_delay_milliseconds",
    .span(0...maxInteger, NumberAccess({ $0.retryDelay }, { $0.retryDelay = $1 ?? $0.retryDelay })),
    stored: "retry_delay", word: "retry_delay", "Before the second attempt; doubles each time up to an hour.")
}
