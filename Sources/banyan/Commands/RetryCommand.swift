import ArgumentParser
import BanyanClient
import BanyanJSON
import BanyanTerminal

/// Makes anew what failed or was cancelled.
struct RetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Make failed tasks anew, and what was cancelled with them.",
    usage: "banyan retry [flags] SELECTOR...",
    discussion: """
      Of a job its failures and what was cancelled with them, in their place: its number stays, and is printed. Flags \
      like --memory say what is other than before. Of a single task, named by its id, the id of the new one is printed. \
      Status 1: there was nothing to try again.

      Example: banyan retry 12 --memory 8GiB && banyan wait 12
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var task: TaskOptions
  @OptionGroup var filter: FilterOptions

  @Argument(help: SelectorArguments.help)
  var words: [String] = []

  func validate() throws {
    try MeantOptions.check(words, isFiltered: filter.isGiven, filter)
    if task.name != nil { throw ValidationError("--name: what is tried again keeps its name; leave it out") }
    if !task.after.isEmpty { throw ValidationError("--after: what is tried again waits for what it did; leave it out") }
    if task.export != nil || !task.variables.isEmpty {
      let flag = task.export != nil ? "--export" : "--env"
      throw ValidationError(
        "\(flag): variables stay as they were; submit it anew with others (--resume keeps what succeeded)")
    }
    if task.hold { throw ValidationError("--hold: `banyan hold SELECTOR` keeps back what was tried again") }
    if !task.label.isEmpty {
      throw ValidationError("--label: `banyan edit SELECTOR --label k=v` changes labels at any time")
    }
  }

  func run() async throws {
    let session = try Session(connection)
    let changes = try task.changes(session.surroundings)
    var answers: [JSON] = []
    var isDone = true
    for part in try await parts(session) {
      let counts = try await session.jobs.counts(of: part.number, members: part.members, named: part.handle)
      guard counts.count(.failed, .cancelled) > 0 else {
        Output.complaint("\(counts.title): nothing to try again: \(Self.standing(counts))")
        isDone = false
        continue
      }
      let answer = try await session.jobChanges.retry(part.number, members: part.members, changes: changes)
      if isForPeople { tell(answer, part) }
      answers.append(answer)
    }
    await session.http.close()
    _ = output.printed(answers)
    if !isDone { throw CommandStatus.someFailed.exitCode }
  }

  private func parts(_ session: Session) async throws -> [JobPart] {
    guard words.isEmpty else { return try await session.selectors.parts(words) }
    let over: JSON = ["outcome": ["$in": ["failed", "cancelled"]], "replaced_by": .null]
    let found = try await filter.parts([over], session)
    guard !found.isEmpty else { throw NotFound("no task fits that failed or was cancelled; nothing was made") }
    return found
  }

  private var isForPeople: Bool { output.format == .table || output.format == .wide }

  /// How members stand that can't be tried again, in a few words.
  static func standing(_ counts: MemberCounts) -> String {
    let succeeded = counts.count(.succeeded)
    let parts = [(succeeded, "succeeded"), (counts.running, "running"), (counts.waiting, "waiting")]
    return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }

  private func tell(_ answer: JSON, _ part: JobPart) {
    let copies = answer["_items"]?.array ?? []
    let id = copies.first?["_id"]?.string
    if part.isTask, let id { Output.result(id) } else { Output.result("\(part.number)") }
    let count = answer["task_count"]?.integer ?? Int64(copies.count)
    let named = part.isTask ? 1 : count
    let below = count - named
    var words = named == 1 ? "1 task anew" : "\(named) tasks anew"
    if below > 0 { words += ", and \(below) that \(below == 1 ? "was" : "were") cancelled below" }
    Output.remark(words)
  }
}
