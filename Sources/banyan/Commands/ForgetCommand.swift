import ArgumentParser
import BanyanClient
import BanyanJSON
import BanyanTerminal

import Glibc

/// Takes away what has ended.
struct ForgetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forget", abstract: "Take away jobs and tasks that have ended, with their records.",
    usage: "banyan forget SELECTOR...",
    discussion: """
      What has not ended stays, and is told. Nothing brings back what is forgotten. Status 1: nothing of it had ended.

      Example: banyan forget --state succeeded --older-than 7d
      """)

  /// More than this are asked about.
  static let maxWithoutAsking = 100

  @OptionGroup var connection: ConnectionOptions

  @OptionGroup var meant: MeantOptions

  @Option(
    name: .customLong("older-than"),
    help: ArgumentHelp("With a filter: those that ended longer ago, as in 7d.", valueName: "span"))
  var olderThan: String?

  @Flag(name: .long, help: "Don't ask before more than \(maxWithoutAsking).")
  var yes = false

  func validate() throws {
    if olderThan != nil, !meant.words.isEmpty {
      throw ValidationError("--older-than goes with a filter, as with --mine")
    }
  }

  private static let ended: JSON = ["state": ["$in": ["terminated", "cancelled"]]]

  func run() async throws {
    let session = try Session(connection)
    var fit = [Self.ended]
    if let olderThan {
      let age = try Quantities.duration(olderThan, of: "--older-than")
      fit.append(["_updated": ["$lt": .string(try WrittenValue.time("now", at: "", now: TypedTime.now() - age))]])
    }
    let parts = try await meant.parts(fit: fit, session)
    var plan: [(part: JobPart, counts: MemberCounts)] = []
    for part in parts {
      plan.append((part, try await session.jobs.counts(of: part.number, members: part.members, named: part.handle)))
    }
    try confirm(Int(plan.reduce(0) { $0 + $1.counts.ended }))
    var isDone = true
    for (part, counts) in plan {
      let report = try await forget(part, counts, session)
      if report.isDone { Output.remark(Escaping.shown(report.words)) } else { Output.complaint(report.words) }
      isDone = isDone && report.isDone
    }
    await session.http.close()
    if !isDone { throw CommandStatus.someFailed.exitCode }
  }

  private func forget(
    _ part: JobPart, _ counts: MemberCounts, _ session: Session
  ) async throws -> (words: String, isDone: Bool) {
    let ended = counts.ended
    guard ended > 0 else { return ("\(counts.title): nothing was forgotten: \(counts.openWords)", false) }
    if part.members == nil, counts.open == 0 {
      try await session.http.json(.delete, "/jobs/\(part.number)")
      return ("\(counts.title), \(counts.owner)'s: forgotten, \(ended == 1 ? "1 task" : "\(ended) tasks")", true)
    }
    // Of a job that goes on, or of some members: their tasks, those that were tried again included.
    var filter: [JSON] = [["job": .integer(part.number)], Self.ended]
    if let members = part.members { filter.append(JobReading.filter(members)) }
    let all: JSON = ["$and": .array(filter)]
    try await session.http.json(.delete, "/tasks", query: [("where", all.encodedString())])
    let rest = counts.open > 0 ? "; \(counts.openWords) stay" : ""
    return ("\(counts.title), \(counts.owner)'s: \(ended) forgotten\(rest)", true)
  }

  private func confirm(_ count: Int) throws {
    guard count > Self.maxWithoutAsking, !yes else { return }
    guard isatty(0) == 1, isatty(2) == 1 else {
      throw UsageError("that would forget \(count) tasks for good; give --yes if that is meant")
    }
    Output.progress("Forget \(count) tasks for good? [y/N] ")
    let answer = readLine(strippingNewline: true)?.lowercased() ?? ""
    guard answer == "y" || answer == "yes" else { throw Interruption("nothing was forgotten") }
  }
}
