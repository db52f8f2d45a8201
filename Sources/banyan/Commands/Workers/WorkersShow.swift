import ArgumentParser
import BanyanClient
import BanyanJSON

/// One worker, and what runs there.
struct WorkersShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "A worker: what it offers, holds and uses, and what runs there.",
    usage: "banyan workers show NAME", discussion: "Example: banyan workers show lab3")

  /// So many of its tasks are listed.
  private static let maxTasks = 100

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "A worker's name or id.")
  var name: String

  func run() async throws {
    let session = try Session(connection)
    let worker = try await session.worker(named: name)
    let filter: JSON = ["worker_id": .string(worker.id)]
    let tasks = try await session.list(
      "/tasks",
      query: [
        LocalTime.query, ("where", filter.encodedString()),
        ("projection", TaskListing.projection.encodedString()),
      ], limit: Self.maxTasks)
    await session.http.close()
    if !output.isTable {
      var document = worker.document.object ?? [:]
      document["tasks"] = .array(tasks.items)
      _ = output.printed(.object(document))
      return
    }
    let terminal = output.terminal(session.surroundings)
    let now = LocalTime.now()
    for line in WorkerPortrait(item: worker.document, now: now).portrait().text(hasColour: terminal.hasColour) {
      Output.result(line)
    }
    guard !tasks.items.isEmpty else { return }
    Output.result("")
    let listing = TaskListing(isWide: output.format == .wide, now: now, workers: [worker.id: worker.name])
    listing.table(of: tasks.items).print(on: terminal, isWide: output.format == .wide)
    if tasks.total > tasks.items.count { Output.remark("\(tasks.items.count) of \(tasks.total)") }
  }
}
