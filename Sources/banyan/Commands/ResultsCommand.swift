import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanTerminal

/// How a job's members went, a row for each.
struct ResultsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "results", abstract: "A row for each member of a job: parameters, outcome, times, memory.",
    usage: "banyan results JOB",
    discussion: "Example: banyan results sweep -o csv > sweep.csv")

  /// Rows of a page.
  private static let page = 10_000

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  @Flag(name: .long, help: "Only those that failed.")
  var failed = false

  @Argument(help: ArgumentHelp("A job's number or name, or @last; or members of it.", valueName: "job"))
  var word: String

  func run() async throws {
    let session = try Session(connection)
    let (job, members) = try await job(session)
    let filter = filter(members)
    if output.format == .csv {
      // The server writes it: all members' parameters have their columns.
      var query = [LocalTime.query]
      if let filter { query.append(("where", filter.encodedString())) }
      let answer = try await session.http.send(.get, "/jobs/\(job)/results", query: query, accept: "text/csv")
      await session.http.close()
      return Output.result(bytes: answer.body)
    }
    let rows = try await rows(of: job, filter, session)
    await session.http.close()
    if output.format == .ids {
      for row in rows { Output.result("\(job).\(row["member"]?.integer ?? 0)") }
      return
    }
    if output.printed(rows) { return }
    guard !rows.isEmpty else { return Output.remark(failed ? "none of them failed" : "no member fits") }
    ResultsTable(job: job, now: LocalTime.now()).table(of: rows).print(
      on: output.terminal(session.surroundings), isWide: output.format == .wide)
    if let remark = ResultsTable.remark(rows) { Output.remark(remark) }
  }

  private func job(_ session: Session) async throws -> (Int64, [ClosedRange<Int64>]?) {
    switch try await session.selectors.resolve(word) {
    case .job(let number): return (number, nil)
    case .members(let number, let members): return (number, members)
    case .task(let id):
      let task = try await session.http.json(.get, "/tasks/\(id)", query: [("projection", #"{"job": 1, "member": 1}"#)])
      guard let job = task["job"]?.integer, let member = task["member"]?.integer else {
        throw NotFound("the task \(id) is of no job; `banyan show \(id)` tells how it went")
      }
      return (job, [member...member])
    }
  }

  private func filter(_ members: [ClosedRange<Int64>]?) -> JSON? {
    let outcome: JSON? = failed ? ["outcome": "failed"] : Optional.none
    let parts = [members.map(JobReading.filter), outcome].compactMap(\.self)
    guard let first = parts.first else { return nil }
    return parts.count == 1 ? first : ["$and": .array(parts)]
  }

  private func rows(of job: Int64, _ filter: JSON?, _ session: Session) async throws -> [JSON] {
    var query = [LocalTime.query]
    if let filter { query.append(("where", filter.encodedString())) }
    var rows: [JSON] = []
    try await session.forEachPage("/jobs/\(job)/results", query: query, size: Self.page) { items, _ in rows += items }
    return rows
  }
}
