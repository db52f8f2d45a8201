import ArgumentParser
import BanyanClient
import BanyanJSON

/// The workers of the server.
struct WorkersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workers", abstract: "What runs the tasks: what each offers, holds and uses.",
    usage: "banyan workers [show NAME]", discussion: "Example: banyan workers pause lab3 --note 'new disk' --for 2h",
    subcommands: [
      WorkersList.self, WorkersShow.self, WorkersPause.self, WorkersResume.self, WorkersDrain.self, WorkersRemove.self,
    ], defaultSubcommand: WorkersList.self)
}

/// `banyan workers`: lists the workers that the server knows.
struct WorkersList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "All workers.", usage: "banyan workers",
    discussion: "Example: banyan workers -o json | jq '.[].name'")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = try Session(connection)
    let workers = try await session.list("/registered_workers", query: [LocalTime.query]).items
    await session.http.close()
    // What a person types for a worker is its name.
    if output.format == .ids {
      for worker in workers { Output.result(worker["name"]?.string ?? "") }
      return
    }
    if output.printed(workers) { return }
    guard !workers.isEmpty else {
      return Output.remark("no workers yet; `banyan worker` starts one on this machine")
    }
    WorkerTable.table(of: workers, now: LocalTime.now()).print(
      on: output.terminal(session.surroundings), isWide: output.format == .wide)
  }
}
