import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanTerminal

import Glibc

/// Cancels jobs and tasks, and what waits for them.
struct CancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Cancel jobs or tasks, and what waits below them.",
    usage: "banyan cancel SELECTOR...",
    discussion: """
      What runs gets SIGTERM, and SIGKILL after its grace. Again with --now: SIGKILL at once. Status 1: nothing of it \
      could be cancelled any more.

      Example: banyan cancel --name sweep --state waiting
      """)

  /// More than this are asked about.
  static let maxWithoutAsking = 100

  @OptionGroup var connection: ConnectionOptions

  @Flag(name: .long, help: "All of mine that have not ended.")
  var all = false

  @Flag(name: .long, help: "Without any grace.")
  var now = false

  @Option(name: .long, help: ArgumentHelp("A shorter grace than the tasks' own.", valueName: "span"))
  var grace: String?

  @Flag(name: .long, help: "Don't ask before more than \(maxWithoutAsking).")
  var yes = false

  @OptionGroup var filter: FilterOptions
  @OptionGroup var fields: FieldFilterOptions

  @Argument(help: SelectorArguments.help)
  var words: [String] = []

  func validate() throws {
    let isFiltered = filter.isGiven || fields.isGiven
    if all, isFiltered || !words.isEmpty { throw ValidationError("--all is everything of mine; give it alone") }
    if !all {
      try MeantOptions.check(words, isFiltered: isFiltered, filter)
    }
    if now, grace != nil { throw ValidationError("give --now or --grace, not both") }
  }

  func run() async throws {
    let session = try Session(connection)
    let grace = now ? 0 : try self.grace.map { try Quantities.duration($0, of: "--grace") }
    let isDone =
      try await words.isEmpty
      ? cancelFitting(session, grace) : cancelNamed(session.selectors.parts(words), session, grace)
    await session.http.close()
    // What was asked for can't be done any more.
    if !isDone { throw CommandStatus.someFailed.exitCode }
  }

  // MARK: What is named

  private func cancelNamed(_ parts: [JobPart], _ session: Session, _ grace: Int64?) async throws -> Bool {
    var plan: [(part: JobPart, counts: MemberCounts)] = []
    for part in parts {
      plan.append((part, try await session.jobs.counts(of: part.number, members: part.members, named: part.handle)))
    }
    try confirm(
      Int(plan.reduce(0) { $0 + $1.counts.open }),
      plan.filter { $0.counts.open > 0 }.map { "\($0.counts.title), \($0.counts.owner)'s: \($0.counts.openWords)" })
    var isDone = true
    for (part, counts) in plan {
      let outcome = try await session.jobChanges.cancel(part.number, members: part.members, grace: grace)
      let report = Self.report(outcome, of: counts, isNow: now)
      if report.isDone { Output.remark(Escaping.shown(report.words)) } else { Output.complaint(report.words) }
      isDone = isDone && report.isDone
    }
    return isDone
  }

  /// What became of a part.
  /// - Parameter counts: how it stood before.
  static func report(
    _ outcome: JobChanges.Outcome, of counts: MemberCounts, isNow: Bool
  ) -> (words: String, isDone: Bool) {
    var words: [String] = []
    if outcome.cancelled > 0 {
      // What waited for it elsewhere goes with it.
      let below = counts.running == 0 || outcome.cancelled > counts.waiting ? outcome.cancelled - counts.waiting : 0
      words.append("\(outcome.cancelled) cancelled\(below > 0 ? " (\(below) of them waited for these)" : "")")
    }
    if outcome.told > 0 { words.append("\(outcome.told) running, told to stop\(isNow ? " at once" : "")") }
    if outcome.others > 0 { words.append("\(outcome.others) of other jobs that waited for them cancelled with them") }
    let isDone = !words.isEmpty
    if !isDone {
      let stopping = counts.count(.pendingCancellation)
      guard stopping == 0 else {
        return (
          "\(counts.title): \(stopping) \(stopping == 1 ? "is" : "are") being stopped already\(isNow ? "" : "; --now ends them at once")",
          false
        )
      }
      words.append("nothing was cancelled")
    }
    if counts.ended > 0 { words.append("\(counts.ended) had ended") }
    return ("\(counts.title), \(counts.owner)'s: \(words.joined(separator: ", "))", isDone)
  }

  // MARK: What a filter means

  private func cancelFitting(_ session: Session, _ grace: Int64?) async throws -> Bool {
    let open: JSON = ["state": ["$in": ["inactive", "available", "running", "pending_cancellation"]]]
    let meant = try await filter.json(fields.json() + [open], session)
    let total = try await count(meant, session)
    guard total > 0 else {
      guard all else { throw NotFound("no task that has not ended fits; nothing was cancelled") }
      Output.complaint("nothing to cancel: there is no task that has not ended")
      return false
    }
    let running = try await count(["$and": [meant, ["state": ["$in": ["running", "pending_cancellation"]]]]], session)
    let whose = filter.allUsers ? "everybody's" : filter.owner.map { "\($0)'s" } ?? "yours"
    try confirm(total, ["\(total) tasks, \(whose): \(running) running, \(total - running) waiting"])
    let outcome = try await TaskCanceller(session: session).cancel(matching: meant, grace: grace)
    var words: [String] = []
    if outcome.cancelled > 0 { words.append("\(outcome.cancelled) cancelled") }
    if outcome.told > 0 { words.append("\(outcome.told) running, told to stop") }
    if outcome.ended > 0 { words.append("\(outcome.ended) had ended") }
    guard outcome.cancelled + outcome.told > 0 else {
      Output.complaint((["nothing was cancelled"] + words).joined(separator: ", "))
      return false
    }
    Output.remark("\(whose): \(words.joined(separator: ", "))")
    return true
  }

  private func count(_ filter: JSON, _ session: Session) async throws -> Int {
    let query = [("where", filter.encodedString()), ("projection", #"{"_id": 1}"#)]
    return try await session.list("/tasks", query: query, limit: 1).total
  }

  // MARK: Asking

  /// Asks before many, where somebody is there to answer; else the flag is named.
  private func confirm(_ count: Int, _ plan: [String]) throws {
    guard count > Self.maxWithoutAsking, !yes else { return }
    guard isatty(0) == 1, isatty(2) == 1 else {
      throw UsageError(
        "that would cancel \(count) tasks (\(plan.prefix(2).joined(separator: "; "))); give --yes if that is meant")
    }
    for line in plan.prefix(10) { Output.remark(Escaping.shown(line)) }
    if plan.count > 10 { Output.remark("and \(plan.count - 10) more") }
    Output.progress("Cancel \(count) tasks? [y/N] ")
    let answer = readLine(strippingNewline: true)?.lowercased() ?? ""
    guard answer == "y" || answer == "yes" else { throw Interruption("nothing was cancelled") }
  }
}
