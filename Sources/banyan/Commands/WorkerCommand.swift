import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanWorker
import Logging

import Glibc

/// `banyan worker`: runs a worker in this process.
struct WorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Run tasks on this machine, as many as fit.",
    usage: "banyan worker",
    discussion: """
      Offers what the machine, its cgroup and its affinity mask really give. SIGTERM (or Ctrl-C) once: nothing more is \
      claimed, and it ends when what runs has ended. Twice: what runs is stopped and given back. Three times: killed. \
      SIGUSR1: it leaves, and what runs goes on until the next start takes it over. \
      What others use of memory and GPUs is measured and lowers the offer, of memory to a quarter at the least.

      Example: banyan worker --name lab3 --leave-cores 2 --queues gpu,default
      """)

  @OptionGroup var connection: ConnectionOptions

  @Option(name: .long, help: "Its name (the machine's).")
  var name: String?

  @Option(name: .long, help: ArgumentHelp("Claim from these only.", valueName: "a,b"))
  var queues: String?

  @Option(name: .long, help: "Cores to offer instead of all.")
  var cores: Int?

  @Option(name: .long, help: ArgumentHelp("Memory to offer instead of all.", valueName: "size"))
  var memory: String?

  @Option(name: .long, help: ArgumentHelp("GPUs to offer instead of all, by number; none.", valueName: "0,1"))
  var gpus: String?

  @Option(name: .long, help: ArgumentHelp("Something else that it has, as in license=2.", valueName: "name=n"))
  var resource: [String] = []

  @Option(name: .customLong("leave-cores"), help: "Cores to leave to others.")
  var leaveCores: Int?

  @Option(name: .customLong("leave-memory"), help: ArgumentHelp("Memory to leave to others.", valueName: "size"))
  var leaveMemory: String?

  @Option(name: .customLong("max-tasks"), help: "Tasks at once (8 for each core).")
  var maxTasks: Int?

  @Option(
    name: .customLong("idle-timeout"), help: ArgumentHelp("Leave after so long without a task.", valueName: "time"))
  var idleTimeout: String?

  @Option(
    name: .customLong("time-limit"),
    help: ArgumentHelp("Leave after so long; take only tasks that end before.", valueName: "time"))
  var timeLimit: String?

  @Option(
    name: .long,
    help: ArgumentHelp("With --time-limit: what tasks take that don't say so.", valueName: "time"))
  var assume: String?

  @Option(
    name: .customLong("max-log"), help: ArgumentHelp("Of each stream keep so much (1GiB).", valueName: "size"))
  var maxLog: String?

  @Option(name: .customLong("keep-logs"), help: ArgumentHelp("Keep logs so long (30d).", valueName: "time"))
  var keepLogs: String?

  @Option(
    name: .customLong("keep-work"), help: ArgumentHelp("Keep folders made for tasks so long (7d).", valueName: "time"))
  var keepWork: String?

  @Option(name: .long, help: ArgumentHelp("Run tasks with this niceness, 0 to 19 (0).", valueName: "n"))
  var nice: Int?

  @Option(name: .customLong("pass-env"), help: ArgumentHelp("Variables of its own that tasks get.", valueName: "names"))
  var passEnvironment: String?

  @Option(name: .long, help: ArgumentHelp("Where the tasks' logs go.", valueName: "dir"))
  var logs: String?

  @Option(name: .long, help: ArgumentHelp("Where it keeps its state (a folder by server and name).", valueName: "dir"))
  var state: String?

  @OptionGroup var log: LogOptions

  func validate() throws {
    for (flag, number) in [("--cores", cores), ("--leave-cores", leaveCores)] {
      if let number, number < 0 { throw ValidationError("\(flag) \(number): give 0 or more") }
    }
    if let maxTasks, maxTasks < 1 { throw ValidationError("--max-tasks \(maxTasks): give 1 or more") }
    if let nice, !(0...19).contains(nice) { throw ValidationError("--nice \(nice): give 0 to 19") }
    if assume != nil, timeLimit == nil {
      throw ValidationError("--assume: give --time-limit too; a worker that stays takes every task")
    }
    if name == "" { throw ValidationError("--name: give at least one character") }
  }

  func run() async throws {
    let surroundings = Surroundings.ofProcess()
    let credentials = try connection.credentials(surroundings, role: .worker)
    let logger = log.logger("banyan.worker")
    let configuration = try configuration(surroundings, credentials) { log.remark($0, logger) }
    let worker = Worker(configuration, transport: try SocketTransport(credentials), log: logger)
    let signals = Interrupts.stream([SIGINT, SIGTERM, SIGUSR1])
    let listening = Task {
      for await signal in signals {
        if signal == SIGUSR1 { worker.letGo() } else { worker.drain() }
      }
    }
    defer { listening.cancel() }
    logger.info("worker '\(configuration.name)' for \(credentials.address), state in \(configuration.stateFolder)")
    switch try await worker.run() {
    case .drained: return
    case .letGo(let count): logger.info("left; \(count) tasks run on, and the next start takes them over")
    case .unregistered(let reason):
      Output.complaint("this worker's registration was ended: \(reason)")
      throw CommandStatus.notAllowed.exitCode
    case .refused(let code, let reason):
      throw SocketRefusal(status: code, message: reason)
    case .anotherServer(let words):
      Output.complaint(words)
      throw CommandStatus.someFailed.exitCode
    }
  }

  private func configuration(
    _ surroundings: Surroundings, _ credentials: Credentials, remark: (String) -> Void
  ) throws -> WorkerConfiguration {
    var machine = MachineOffer()
    machine.cores = cores.map(Int64.init)
    machine.memoryBytes = try memory.map { try Quantities.bytes($0, of: "--memory") }
    machine.gpus = try gpus.map { try Self.ordinals($0) }
    machine.leaveCores = Int64(leaveCores ?? 0)
    machine.leaveMemoryBytes = try leaveMemory.map { try Quantities.bytes($0, of: "--leave-memory") } ?? 0
    machine.maxTasks = maxTasks.map(Int64.init)
    for text in resource {
      let (name, count) = try Quantities.resource(text, of: "--resource")
      machine.custom[CodePoints(name)] = count
    }
    let (offer, remarks) = try machine.measure()
    for text in remarks { remark(text) }
    let name = name ?? WorkerPlace.machineName()
    let place = try WorkerPlace.folder(of: name, at: credentials, flag: state, surroundings)
    var configuration = WorkerConfiguration(
      name: name, version: Banyan.version, offer: offer, stateFolder: place.path)
    configuration.stateOwner = place.owner
    configuration.queues = (queues ?? "").split(separator: ",").map(String.init)
    configuration.idleTimeoutMilliseconds = try idleTimeout.map { try Quantities.span($0, of: "--idle-timeout") }
    configuration.timeLimitMilliseconds = try timeLimit.map { try Quantities.span($0, of: "--time-limit") }
    configuration.assumeMilliseconds = try assume.map { max(1, try Quantities.duration($0, of: "--assume")) }
    if let maxLog { configuration.logLimit = try Quantities.bytes(maxLog, of: "--max-log") }
    if let keepLogs { configuration.keepLogsMilliseconds = try Quantities.duration(keepLogs, of: "--keep-logs") }
    if let keepWork { configuration.keepWorkMilliseconds = try Quantities.duration(keepWork, of: "--keep-work") }
    configuration.niceness = Int64(nice ?? 0)
    configuration.logsFolder = try logs.map { try surroundings.absolute($0) }
    configuration.passedEnvironment = (passEnvironment ?? "").split(separator: ",").map(String.init)
    guard !configuration.passedEnvironment.contains("BANYAN_TOKEN") else {
      throw UsageError("--pass-env: BANYAN_TOKEN stays with the worker: tasks must not get its token")
    }
    return configuration
  }

  private static func ordinals(_ text: String) throws -> [Int64] {
    if text == "none" || text.isEmpty { return [] }
    return try text.split(separator: ",").map { part in
      guard let ordinal = Int64(part), ordinal >= 0 else {
        throw UsageError("--gpus '\(text)': give numbers with commas between them, as in 0,1, or none")
      }
      return ordinal
    }
  }
}
