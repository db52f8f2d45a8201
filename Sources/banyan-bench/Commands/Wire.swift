import ArgumentParser

/// What clients see: over sockets, with a server in a process of its own.
struct Wire: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Latency, rates and costs as clients see them, beside other queues.",
    discussion: """
      A cycle is one task through submit, claim and report, each answered, each once it is durable.

      latency_1: one client, one task after the other: the median time of a cycle.
      cycles_4, cycles_4_batch: cycles a second of four clients, one task or a hundred at a time.
      cpu_batch: processor time of the server for each cycle in batches of a hundred.
      idle_1000, idle_1000_cpu: a thousand idle workers: memory over none, percent of a core.
      reconnect_1000: a thousand workers come back at once, until each has got a task.
      get_task: GET /tasks/ID over 16 connections.
      where_1m, where_1m_claim_p99: a filter without an index over a million tasks, and claims meanwhile.

      The first four are measured beside redis-server (lists, appendfsync always), beanstalkd (-f 0) and nats-server \
      (JetStream, file storage, which syncs every two minutes only), where these are installed, on the same disk, by \
      clients of the same build; _ratio is ours divided by theirs.

      Example: banyan-bench wire --only latency_1,cycles_4 --dir /srv --json
      """)

  static let cycles = ["latency_1", "cycles_4", "cycles_4_batch", "cpu_batch"]
  static let names = cycles + ["idle_1000", "reconnect_1000", "get_task", "where_1m"]

  @OptionGroup var chosen: FigureOptions

  @Option(help: "Seconds that one measurement of a rate takes.")
  var seconds = 2.0

  @Option(help: "Seconds for which workers are idle.")
  var idleSeconds = 20.0

  @Option(help: "Tasks of where_1m.")
  var tasks = 1_000_000

  @OptionGroup var measured: MeasuredServer

  @OptionGroup var output: FigureOutput

  private var wanted: [String] { chosen.wanted(of: Self.names) }

  func validate() throws {
    guard seconds > 0, seconds <= 3600 else { throw ValidationError("--seconds \(seconds): give up to 3600") }
    guard idleSeconds > 0, idleSeconds <= 3600 else {
      throw ValidationError("--idle-seconds \(idleSeconds): give up to 3600")
    }
    guard (1000...10_000_000).contains(tasks) else { throw ValidationError("--tasks \(tasks): give 1000 to 10000000") }
    try chosen.check(Self.names)
  }

  func run() async throws {
    let folder = try ScratchFolder(in: measured.dir)
    let wanted = wanted
    let settings = WireSettings(
      runs: chosen.runs, seconds: seconds, idleSeconds: idleSeconds, tasks: tasks,
      durability: measured.durability, server: measured.server)
    if wanted.contains(where: Self.cycles.contains) {
      output.print(try CycleFigures(settings, in: folder).figures(wanted))
    }
    let crowd = CrowdFigures(settings: settings, folder: folder)
    if wanted.contains("idle_1000") { output.print(try crowd.idle()) }
    if wanted.contains("reconnect_1000") { output.print([try crowd.reconnect()]) }
    let requests = RequestFigures(settings: settings, folder: folder)
    if wanted.contains("get_task") { output.print([try requests.getTask()]) }
    if wanted.contains("where_1m") { output.print(try requests.filter()) }
  }
}
