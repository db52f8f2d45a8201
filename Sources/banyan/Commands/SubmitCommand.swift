import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanTerminal
import BanyanWire

/// `banyan submit`: makes a job of a program, of many runs of it, or of a graph.
struct SubmitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit", abstract: "Make a job of a program, or of a graph.",
    usage: """
      banyan submit [flags] -- PROGRAM ARG...
      banyan submit [flags] --shell 'a | b > c'
      banyan submit [flags] GRAPH.yaml...
      banyan submit [flags] SCRIPT [-- ARG...]
      """,
    discussion: """
      The arguments behind -- reach the program exactly as typed. The job's number alone is printed on standard output, \
      a line for each graph. A flag beside a graph holds for each of its tasks that doesn't say otherwise. A script (#!) \
      travels as it is now; its lines `#BANYAN --cores 4` are flags, and so is what has a meaning here of `#SBATCH` lines.

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
    help: ArgumentHelp("So many of an array, or of each matrix, at a time.", valueName: "n"))
  var maxRunning: Int?

  @Option(
    name: .customLong("stop-after-failures"),
    help: ArgumentHelp("Cancel the rest of an array, or of a matrix, after so many have failed.", valueName: "n"))
  var stopAfterFailures: Int?

  @Option(name: .long, help: ArgumentHelp("An idempotency key: the same again makes nothing new.", valueName: "key"))
  var key: String?

  @Option(
    name: .long, help: ArgumentHelp("Take over what succeeded in this job of mine, and is the same.", valueName: "job"))
  var resume: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Of a graph: other values for an axis of a matrix (a,b or 1-9), or for a name of `params:`.",
      valueName: "name=values"))
  var set: [String] = []

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "What to print: number, ids (of the tasks) or json (all of the answer).")
  var form = Form.number

  @Flag(
    name: .customLong("dry-run"),
    help: "Print what would be made, where it fits and when it starts (-o json: the request); send nothing.")
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

  /// The flags of a script's own lines are among the words.
  @Flag(name: .customLong("flags-of-script"), help: .hidden)
  var hasFlagsOfScript = false

  /// Some flags alone: what goes with what is not judged.
  @Flag(name: .customLong("unjudged"), help: .hidden)
  var isUnjudged = false

  @Argument(help: ArgumentHelp("Graphs in YAML, a script, or the program behind --.", valueName: "file"))
  var words: [String] = []

  /// The files that stand in front of `--`.
  var files: [String] { words.dropLast(programLength) }
  var graphs: [String] { script == nil ? files : [] }
  var program: [String] { words.suffix(programLength) }

  /// A script that is to run, by its path.
  var script: String? {
    guard files.count == 1, let file = files.first, !Self.isGraph(file), InputFile.isScript(file) else { return nil }
    return file
  }

  private static func isGraph(_ file: String) -> Bool {
    file.hasSuffix(".yaml") || file.hasSuffix(".yml") || file == "-"
  }

  func validate() throws {
    guard !isUnjudged else { return }
    if script == nil, let stray = files.first(where: { !Self.isGraph($0) }) { throw Self.trouble(with: stray, files) }
    // Judged with the flags that it says itself.
    if script != nil, !hasFlagsOfScript { return }
    let ways = [!program.isEmpty && script == nil, shell != nil, !files.isEmpty].count { $0 }
    if ways == 0 { throw ValidationError("what should run? Give -- PROGRAM ARG..., or --shell LINE, or GRAPH.yaml") }
    if ways > 1 { throw ValidationError("give one of: -- PROGRAM ARG..., --shell LINE, GRAPH.yaml, a script") }
    if !graphs.isEmpty, array != nil || each != nil {
      throw ValidationError("--array and --each belong to one program; a graph has `matrix:`")
    }
    if graphs.isEmpty, !set.isEmpty {
      throw ValidationError("--set belongs to a graph; a program has {column} of --each")
    }
    if array != nil, each != nil { throw ValidationError("give --array or --each, not both") }
    if array == nil, each == nil, graphs.isEmpty {
      if maxRunning != nil { throw ValidationError("--max-running belongs to --array, --each or a graph") }
      if stopAfterFailures != nil {
        throw ValidationError("--stop-after-failures belongs to --array, --each or a graph")
      }
    }
    if let resume, resume.utf8.allSatisfy({ (0x30...0x39).contains($0) }), Int64(resume).map({ $0 < 1 }) ?? true {
      throw ValidationError("--resume '\(resume)': give the number or the name of a job")
    }
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

  /// What was typed where a file should be.
  private static func trouble(with stray: String, _ files: [String]) -> ValidationError {
    if InputFile.isScript(stray), files.first == stray {
      return ValidationError(
        "the arguments of a script stand behind --, as in: banyan submit \(stray) -- \(ShellWords.line(Array(files.dropFirst())))"
      )
    }
    return ValidationError(
      "'\(stray)' is no graph (.yaml) and no script (#!); a program stands behind --, as in: banyan submit -- \(ShellWords.line(files))"
    )
  }

  func run() async throws {
    let surroundings = Surroundings.ofProcess()
    if dryRun, form == .json {
      for job in try jobs(surroundings) { Output.result(job.document.encodedString(pretty: true)) }
      return
    }
    if dryRun { return try await tellWhatWouldBe(surroundings) }
    // Without a server nothing is read, and no folder is made.
    let session = try Session(connection)
    var forms = try jobs(surroundings)
    guard forms.contains(where: { $0.taskCount > 0 }) else {
      await session.http.close()
      Output.complaint("--each \(each ?? ""): no lines, so nothing was submitted")
      throw CommandStatus.someFailed.exitCode
    }
    try await resolveReferences(in: &forms, session)
    tellTime(forms)
    var numbers: [Int64] = []
    for form in forms { numbers.append(try await submit(form, session)) }
    try await tellFit(of: forms.flatMap(\.families), session)
    guard wait else { return await session.http.close() }
    let status = try await follow(numbers, session)
    await session.http.close()
    throw status
  }

  /// Prints what would be made, with the help of a server if one is there.
  private func tellWhatWouldBe(_ surroundings: Surroundings) async throws {
    let forms = try jobs(surroundings)
    var workers: [JSON]?
    do {
      let session = try Session(connection)
      workers = try await session.list("/registered_workers").items
      await session.http.close()
    } catch {
      Output.complaint("where it would fit is not known: \(error)")
    }
    let terminal = Terminal.current(environment: surroundings.environment)
    for job in forms {
      for remark in BraceRemarks.remarks(on: job.families) { Output.complaint(remark) }
      DryRun(workers: workers).table(of: job).print(on: terminal)
      let title = job.name.map { "job '\($0)'" } ?? "a job"
      let count = job.taskCount == 1 ? "1 task" : "\(job.taskCount) tasks"
      Output.remark(Escaping.shown("\(title) of \(count) would be made; nothing was sent"))
    }
  }

  /// A time that was typed without an offset is told with the one that was taken.
  private func tellTime(_ forms: [JobForm]) {
    guard let typed = task.notBefore, WireDate.milliseconds(typed) == nil,
      let text = forms.first?.families.lazy.compactMap({ $0.values[ProvidedField.notBefore.name]?.string }).first,
      let moment = WireDate.milliseconds(text)
    else { return }
    Output.remark("not before \(LocalTime.text(moment))")
  }

  private func submit(_ job: JobForm, _ session: Session) async throws -> Int64 {
    let made = try await session.submitter.submit(job, key: key)
    session.last.write(made.number)
    for remark in made.remarks { Output.complaint(remark) }
    for remark in BraceRemarks.remarks(on: job.families)
    where !made.remarks.contains(where: { $0.contains(Self.brace(remark)) }) {
      Output.complaint(remark)
    }
    if resume != nil { Output.remark("\(made.takenOver) of \(made.taskCount) tasks taken over") }
    switch form {
    case .number: Output.result("\(made.number)")
    case .ids: for id in try await session.jobs.ids(of: made.number) { Output.result(id) }
    case .json: Output.result(made.answer.encodedString(pretty: true))
    }
    return made.number
  }

  /// The brace that a remark is about: the server may have told of it.
  private static func brace(_ remark: String) -> String {
    remark.firstIndex(of: "{").map { String(remark[$0...].prefix { $0 != " " }) } ?? remark
  }

  /// A look at the workers must not make a submission fail that was accepted.
  private func tellFit(of forms: [TaskForm], _ session: Session) async throws {
    guard let workers = try? await session.list("/registered_workers").items else { return }
    var told: [String: [String]] = [:]
    var order: [String] = []
    for form in forms where form.work != nil {
      guard let trouble = WorkerFit.trouble(form, among: workers) else { continue }
      if told[trouble] == nil { order.append(trouble) }
      told[trouble, default: []].append(form.name ?? "")
    }
    for trouble in order.prefix(3) {
      let names = told[trouble] ?? []
      let title = graphs.isEmpty || names == [""] ? "" : names.prefix(3).joined(separator: ", ")
      Output.complaint(title.isEmpty ? trouble : "\(title)\(names.count > 3 ? ", …" : ""): \(trouble)")
    }
    if order.count > 3 { Output.complaint("and \(order.count - 3) more of the like; `banyan why` tells of each") }
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
    guard graphs.isEmpty else { return try graphJobs(surroundings) }
    var form = try task.form(surroundings)
    let script = try self.script.map { try ScriptFile(text: InputFile.text($0), path: $0) }
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
    if let script, case .program(let arguments) = form.work {
      form.work = .program(script.program(arguments, parameters: form.parameters?.names ?? []))
      form.isScript = true
      if form.name == nil, JobName.trouble(with: script.name) == nil { form.name = script.name }
    }
    return [JobForm(name: form.name, families: [form], resumes: resume.flatMap { Int64($0) })]
  }

  private func graphJobs(_ surroundings: Surroundings) throws -> [JobForm] {
    let read = try task.graphs(graphs, set: set, defaults: Set(defaults), surroundings) { loading, paths in
      try dryRun ? loading.read(paths) : loading.load(paths)
    }
    return try read.map { graph in
      var graph = graph
      try limit(&graph)
      return graph.job(resumes: resume.flatMap { Int64($0) })
    }
  }

  /// The limits of families hold for each matrix of a graph that doesn't say its own.
  private func limit(_ graph: inout Graph) throws {
    guard maxRunning != nil || stopAfterFailures != nil else { return }
    let flag = maxRunning != nil ? "--max-running" : "--stop-after-failures"
    guard graph.tasks.contains(where: { $0.form.parameters != nil }) else {
      throw UsageError("\(flag): \(graph.file) has no task with a matrix that it could limit; leave it out")
    }
    for place in graph.tasks.indices where graph.tasks[place].form.parameters != nil {
      if let maxRunning, graph.tasks[place].form.maxRunning == nil {
        graph.tasks[place].form.maxRunning = Int64(maxRunning)
      }
      if let stopAfterFailures, graph.tasks[place].form.stopAfterFailures == nil {
        graph.tasks[place].form.stopAfterFailures = Int64(stopAfterFailures)
      }
    }
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

  /// What was typed is looked up here. What stands in a graph is the server's to look up when it makes the job.
  private func resolveReferences(in jobs: inout [JobForm], _ session: Session) async throws {
    let typed = try task.references()
    if !typed.isEmpty {
      let names = jobs.flatMap(\.families).compactMap(\.name).map { CodePoints($0) }
      let references = AfterReferences(selectors: session.selectors, taken: Set(names))
      for word in typed {
        let resolved = try await references.resolved([word])
        for job in jobs.indices { jobs[job].resolve(word, as: resolved) }
      }
    }
    guard let resume, Int64(resume) == nil else { return }
    guard case .job(let number) = try await session.selectors.resolve(resume) else {
      throw UsageError("--resume \(resume): give a whole job, by its number or name")
    }
    for job in jobs.indices { jobs[job].resumes = number }
  }
}
