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
      switch selection {
      case .job(let number): isDone = try await set(isHeld, of: number, Optional.none, session) && isDone
      case .members(let number, let members): isDone = try await set(isHeld, of: number, members, session) && isDone
      case .task(let id): try await session.http.json(.patch, "/tasks/\(id)", body: ["held": .bool(isHeld)])
      }
    }
    await session.http.close()
    if !isDone { throw CommandStatus.someFailed.exitCode }
  }

  /// - Returns: whether anything could be held, or let go; else that is said.
  private func set(
    _ isHeld: Bool, of number: Int64, _ members: [ClosedRange<Int64>]?, _ session: Session
  ) async throws -> Bool {
    let outcome = try await session.jobChanges.hold(number, members: members, isHeld)
    guard outcome.changed == 0 else { return true }
    Output.complaint("job \(number): nothing that is meant waits and could be \(isHeld ? "held" : "let go")")
    return false
  }
}
