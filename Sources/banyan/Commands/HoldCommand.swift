import ArgumentParser
import BanyanClient
import BanyanJSON

/// `banyan hold`: keeps tasks from being claimed.
struct HoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "Keep what waits back from workers.", usage: "banyan hold SELECTOR...",
    discussion: "Example: banyan hold night-run && banyan unhold night-run")

  @OptionGroup var holding: HoldOptions

  func run() async throws { try await holding.set(true) }
}

/// Lets tasks go that were kept back.
struct UnholdCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unhold", abstract: "Let go what was kept back.", usage: "banyan unhold SELECTOR...",
    discussion: "Example: banyan unhold night-run")

  @OptionGroup var holding: HoldOptions

  func run() async throws { try await holding.set(false) }
}

/// The arguments that `hold` and `unhold` share.
struct HoldOptions: ParsableArguments {
  @OptionGroup var connection: ConnectionOptions

  @OptionGroup var named: SelectorArguments

  func set(_ isHeld: Bool) async throws {
    let session = try Session(connection)
    var isDone = true
    for selection in try await named.selections(session) {
      if case .job(let number) = selection {
        let outcome = try await session.jobChanges.hold(number, isHeld)
        guard outcome.changed == 0, outcome.unchanged > 0 else { continue }
        Output.complaint("job \(number): nothing of it waits that could be \(isHeld ? "held" : "let go")")
        isDone = false
      } else {
        for id in try await session.selectors.ids(of: selection) {
          try await session.http.json(.patch, "/tasks/\(id)", body: ["held": .bool(isHeld)])
        }
      }
    }
    await session.http.close()
    if !isDone { throw CommandStatus.someFailed.exitCode }
  }
}
