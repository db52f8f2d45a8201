import ArgumentParser
import BanyanClient
import BanyanJSON
import BanyanTerminal

/// Gives up attempts that are out of contact.
struct AbandonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abandon", abstract: "Give up attempts whose worker is out of contact.",
    usage: "banyan abandon SELECTOR...",
    discussion: """
      The attempt counts as lost with its worker, and the task may be given to another. What still runs there is refused \
      when it reports. Of a job what runs is meant. Status 1: nothing of it runs.

      Example: banyan abandon overnight
      """)

  @OptionGroup var connection: ConnectionOptions

  @OptionGroup var meant: MeantOptions

  private static let live: JSON = ["state": ["$in": ["running", "pending_cancellation"]]]

  func run() async throws {
    let session = try Session(connection)
    var isDone = true
    for part in try await meant.parts(fit: [Self.live], session) {
      let tasks = try await session.jobs.tasks(
        of: part.number, members: part.members, matching: Self.live, query: [("projection", #"{"_id": 1}"#)])
      for id in tasks.compactMap({ $0["_id"]?.string }) { try await session.http.json(.post, "/tasks/\(id)/abandon") }
      if tasks.isEmpty { Output.complaint("\(part.handle): nothing of it runs, so nothing was abandoned") }
      if !tasks.isEmpty {
        Output.remark("\(part.handle): \(tasks.count == 1 ? "1 attempt" : "\(tasks.count) attempts") given up")
      }
      isDone = isDone && !tasks.isEmpty
    }
    await session.http.close()
    if !isDone { throw CommandStatus.someFailed.exitCode }
  }
}
