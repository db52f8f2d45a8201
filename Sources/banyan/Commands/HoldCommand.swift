import ArgumentParser
import BanyanClient
import BanyanJSON

/// Keeps tasks back.
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

/// What both take.
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
