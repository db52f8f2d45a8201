import ArgumentParser
import BanyanClient
import BanyanJSON

/// Makes anew what failed or was cancelled.
struct RetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Make failed tasks anew, and what was cancelled with them.",
    usage: "banyan retry SELECTOR...",
    discussion: """
      Of a job its failures and what was cancelled with them, in their place: its number stays, and is printed. Of a \
      single task a copy, with what was cancelled below it; the copy's id is printed.

      Example: banyan retry 12 && banyan wait 12
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  @OptionGroup var named: SelectorArguments

  func run() async throws {
    let session = try Session(connection)
    var answers: [JSON] = []
    var tasks: [String] = []
    for selection in try await named.selections(session) {
      switch selection {
      case .task(let id): tasks.append(id)
      case .job(let number): answers.append(try await retry(number, Optional.none, session))
      case .members(let number, let members): answers.append(try await retry(number, members, session))
      }
    }
    if !tasks.isEmpty { answers += try await retry(tasks, session) }
    await session.http.close()
    _ = output.printed(answers)
  }

  private var isForPeople: Bool { output.format == .table || output.format == .wide }

  private func retry(_ number: Int64, _ members: [ClosedRange<Int64>]?, _ session: Session) async throws -> JSON {
    let answer = try await session.jobChanges.retry(number, members: members)
    if isForPeople { Output.result("\(number)") }
    if let count = answer["task_count"]?.integer { Output.remark(count == 1 ? "1 task anew" : "\(count) tasks anew") }
    return answer
  }

  private func retry(_ tasks: [String], _ session: Session) async throws -> [JSON] {
    let copies = try await session.submitter.retry(tasks)
    guard isForPeople else { return copies }
    for copy in copies.prefix(tasks.count) { Output.result(copy["_id"]?.string ?? "") }
    let below = copies.count - tasks.count
    if below > 0 { Output.remark("and \(below) that \(below == 1 ? "was" : "were") cancelled below") }
    return copies
  }
}
