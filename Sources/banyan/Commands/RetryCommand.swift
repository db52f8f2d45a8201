import ArgumentParser
import BanyanClient
import BanyanJSON

/// Makes tasks anew that failed or were cancelled.
struct RetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Make failed tasks anew, and what was cancelled with them.",
    usage: "banyan retry ID...",
    discussion: """
      Copies of the tasks and of what was cancelled below them, edges and all, all or none. The ids of the copies of \
      those that were named are printed, in order.

      Example: banyan retry fit && banyan wait @last
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  @OptionGroup var named: TaskArguments

  func run() async throws {
    let session = try Session(connection)
    let named = try await named.ids(session)
    let copies = try await session.submitter.retry(named)
    await session.http.close()
    if let last = copies.prefix(named.count).last?["_id"]?.string { session.last.write(last) }
    if output.printed(copies) { return }
    for copy in copies.prefix(named.count) { Output.result(copy["_id"]?.string ?? "") }
    let below = copies.count - named.count
    if below > 0 { Output.remark("and \(below) that \(below == 1 ? "was" : "were") cancelled below") }
  }
}
