import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanTerminal

/// `banyan submit`: makes a job of a program, of many runs of it, or of a graph.
struct SubmitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit", abstract: "Make a job of a program, or of a graph.",
    usage: """
      banyan submit [flags] -- PROGRAM ARG...
      banyan submit [flags] --shell 'a | b > c'
      banyan submit GRAPH.yaml...
      """,
    discussion: """
      The arguments behind -- reach the program exactly as typed. The job's number alone is printed on standard output, \
      a line for each graph.

      Example: banyan submit --cores 2 --memory 1GiB --wait -- python train.py --epochs 3
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var task: TaskOptions

  @Option(name: .long, help: ArgumentHelp("A line for /bin/sh, instead of a program.", valueName: "line"))
  var shell: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A task for each index ({index}, BANYAN_ARRAY_INDEX), as in 1-100; 1-100%8: eight at a time.",
      valueName: "indices"))
  var array: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A task for each line of a file (- is standard input): the line is {} or the last argument; JSON objects, .csv "
        + "and .tsv with a header: {column}.", valueName: "file"))
  var each: String?

  @Option(
    name: .customLong("max-running"),
    help: ArgumentHelp("Of --array or --each: so many at a time.", valueName: "n"))
  var maxRunning: Int?

  @Option(
    name: .customLong("stop-after-failures"),
    help: ArgumentHelp("Of --array or --each: cancel the rest after so many have failed.", valueName: "n"))
  var stopAfterFailures: Int?

  @Option(name: .long, help: ArgumentHelp("An idempotency key: the same again makes nothing new.", valueName: "key"))
  var key: String?

  @Option(
    name: .long, help: ArgumentHelp("Take over what succeeded in this job of mine, and is the same.", valueName: "job"))
  var resume: Int64?

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "What to print: number, ids (of the tasks) or json (all of the answer).")
  var form = Form.number

  @Flag(name: .customLong("dry-run"), help: "Print what would be sent, and send nothing.")
  var dryRun = false

  /// The words of `-o`.
  enum Form: String, ExpressibleByArgument, CaseIterable {
    case number, ids, json
  }

  @Flag(name: .long, help: "Follow it to its end.")
  var wait = false

  @Flag(name: .customLong("exit-status"), help: "With --wait: end with the program's own status.")
  var exitStatus = false

  /// How many of the words stand behind `--`: see `Vocabulary`.
  @Option(name: .customLong("words-behind-terminator"), help: .hidden)
  var programLength = 0

  /// Flags that `config.yaml` gave.
  @Option(name: .customLong("given-by-default"), help: .hidden)
  var defaults: [String] = []

  @Argument(help: ArgumentHelp("Graphs in YAML, or the program behind --.", valueName: "graph.yaml"))
  var words: [String] = []

  var graphs: [String] { words.dropLast(programLength) }
  var program: [String] { words.suffix(programLength) }

  func validate() throws {
    let ways = [!program.isEmpty, shell != nil, !graphs.isEmpty].count { $0 }
    if let stray = graphs.first(where: { !$0.hasSuffix(".yaml") && !$0.hasSuffix(".yml") && $0 != "-" }) {
      throw ValidationError(
        "'\(stray)' is no graph (.yaml); a program stands behind --, as in: banyan submit -- \(ShellWords.line(graphs))"
      )
    }
    if ways == 0 { throw ValidationError("what should run? Give -- PROGRAM ARG..., or --shell LINE, or GRAPH.yaml") }
    if ways > 1 { throw ValidationError("give one of: -- PROGRAM ARG..., --shell LINE, GRAPH.yaml") }
    if !graphs.isEmpty, array != nil || each != nil {
      throw ValidationError("--array and --each belong to one program; a graph has `matrix:`")
    }
    if !graphs.isEmpty, let flag = task.ofSingleTasks.first(where: { !defaults.contains(String($0.dropFirst(2))) }) {
      throw ValidationError("\(flag) belongs to one program; in a graph it stands in the file, or under `defaults:`")
    }
    if array != nil, each != nil { throw ValidationError("give --array or --each, not both") }
    if array == nil, each == nil {
      if maxRunning != nil { throw ValidationError("--max-running belongs to --array or --each") }
      if stopAfterFailures != nil { throw ValidationError("--stop-after-failures belongs to --array or --each") }
    }
    if let resume, resume < 1 { throw ValidationError("--resume \(resume): give the number of a job") }
    if graphs.count > 1 {
      if task.name != nil { throw ValidationError("--name renames one graph; these are \(graphs.count)") }
      if resume != nil { throw ValidationError("--resume belongs to one graph; these are \(graphs.count)") }
      if key != nil { throw ValidationError("--key belongs to one graph; these are \(graphs.count)") }
    }
    if let name = task.name, let trouble = JobName.trouble(with: name) { throw ValidationError("--name: \(trouble)") }
    if dryRun, wait { throw ValidationError("--dry-run sends nothing that could be waited for") }
    if let key, let trouble = IdempotencyKey.trouble(with: key) { throw ValidationError("--key: \(trouble)") }
    if exitStatus, !wait { throw ValidationError("--exit-status needs --wait") }
    if exitStatus, array != nil || each != nil || !graphs.isEmpty {
      throw ValidationError("--exit-status belongs to one task; of several, the status is 0 or 1")
    }
  }

  func run() async throws {
    let surroundings = Surroundings.ofProcess()
    if dryRun {
      for job in try jobs(surroundings) { Output.result(job.document.encodedString(pretty: true)) }
      return
    }
    // Without a server nothing is read, and no folder is made.
    let session = try Session(connection)
    var forms = try jobs(surroundings)
    guard forms.contains(where: { $0.taskCount > 0 }) else {
      await session.http.close()
      return Output.remark("no lines, so no tasks")
    }
    if graphs.isEmpty { try await resolveReferences(in: &forms, session) }
    var numbers: [Int64] = []
    for form in forms { numbers.append(try await submit(form, session)) }
    if graphs.isEmpty, let only = forms.first?.families.first { try await tellFit(of: only, session) }
    guard wait else { return await session.http.close() }
    let status = try await follow(numbers, session)
    await session.http.close()
    throw status
  }

  private func submit(_ job: JobForm, _ session: Session) async throws -> Int64 {
    let made = try await session.submitter.submit(job, key: key)
    session.last.write(made.number)
    for remark in made.remarks { Output.complaint(remark) }
    if resume != nil { Output.remark("\(made.takenOver) of \(made.taskCount) tasks taken over") }
    switch form {
    case .number: Output.result("\(made.number)")
    case .ids: for id in try await session.jobs.ids(of: made.number) { Output.result(id) }
    case .json: Output.result(made.answer.encodedString(pretty: true))
    }
    return made.number
  }

  /// A look at the workers must not make a submission fail that was accepted.
  private func tellFit(of form: TaskForm, _ session: Session) async throws {
    if let workers = try? await session.list("/registered_workers").items,
      let trouble = WorkerFit.trouble(form, among: workers)
    {
      Output.complaint(trouble)
    }
  }

  private func follow(_ numbers: [Int64], _ session: Session) async throws -> ExitCode {
    let waiting = JobWaiting(session: session, numbers: numbers)
    let seen = try await waiting.run()
    guard exitStatus, let number = numbers.first, seen[number] != nil else {
      try await waiting.tellEnds(seen)
      return JobWaiting.status(of: numbers, seen).exitCode
    }
    let task = try await session.jobs.tasks(of: number, query: [("projection", TaskView.projection.encodedString())])
    guard let view = task.first.flatMap({ TaskView($0) }) else { return CommandStatus.noSuchThing.exitCode }
    guard let status = view.programStatus else {
      Output.complaint("\(view.title) did not end by itself: \(view.ending)")
      return CommandStatus.someFailed.exitCode
    }
    return ExitCode(status)
  }

  // MARK: What is asked for

  /// The jobs that the flags and files say, as far as it needs no server.
  func jobs(_ surroundings: Surroundings) throws -> [JobForm] {
    guard graphs.isEmpty else {
      let loading = GraphLoading(surroundings: surroundings, export: task.export)
      let read = try dryRun ? loading.read(graphs) : loading.load(graphs)
      return read.map { $0.job(named: task.name, resumes: resume) }
    }
    var form = try task.form(surroundings)
    form.work = shell.map { .shell($0) } ?? .program(program)
    form.maxRunning = maxRunning.map(Int64.init)
    form.stopAfterFailures = stopAfterFailures.map(Int64.init)
    if let array {
      let (indices, limit) = try Self.throttled(array)
      form.parameters = .range(indices)
      if let limit {
        guard maxRunning == nil else {
          throw UsageError(
            "--array \(array): %\(limit) says how many run at a time, and so does --max-running; keep one")
        }
        form.maxRunning = limit
      }
    }
    if let each { try EachFile(text: InputFile.text(each), path: each).spread(&form) }
    return [JobForm(name: task.name, families: [form], resumes: resume)]
  }

  /// The indices, and how many may run at a time where that stands behind them: `1-100%8`.
  private static func throttled(_ text: String) throws -> (ArrayIndices, Int64?) {
    let scalars = text.unicodeScalars
    guard let mark = scalars.firstIndex(of: "%") else { return (try ArrayIndices.parse(text), nil) }
    let digits = String(scalars[scalars.index(after: mark)...])
    guard let limit = Int64(digits), limit > 0, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw UsageError("--array \(text): behind % stands how many may run at a time, as in 1-100%8")
    }
    return (try ArrayIndices.parse(String(scalars[..<mark])), limit)
  }

  /// Names and numbers are the server's to resolve when it makes the job; the command's own words are not.
  private func resolveReferences(in jobs: inout [JobForm], _ session: Session) async throws {
    for job in jobs.indices {
      for place in jobs[job].families.indices {
        jobs[job].families[place].after = try await AfterReferences(selectors: session.selectors)
          .resolved(jobs[job].families[place].after)
      }
    }
  }
}
