import ArgumentParser
import BanyanClient
import BanyanJSON

/// `banyan hold`: keeps tasks from being claimed.
struct HoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "Keep waiting tasks back from workers.", usage: "banyan hold ID...",
    discussion: "Example: banyan hold night-run && banyan unhold night-run")

  @OptionGroup var holding: HoldOptions

  func run() async throws { try await holding.set(true) }
}

/// Lets tasks go that were kept back.
struct UnholdCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unhold", abstract: "Let tasks go that were kept back.", usage: "banyan unhold ID...",
    discussion: "Example: banyan unhold night-run")

  @OptionGroup var holding: HoldOptions

  func run() async throws { try await holding.set(false) }
}

/// The arguments that `hold` and `unhold` share.
struct HoldOptions: ParsableArguments {
  @OptionGroup var connection: ConnectionOptions

  @OptionGroup var named: TaskArguments

  func set(_ isHeld: Bool) async throws {
    let session = try Session(connection)
    for id in try await named.ids(session) {
      try await session.http.json(.patch, "/tasks/\(id)", body: ["held": .bool(isHeld)])
    }
    await session.http.close()
  }
}
