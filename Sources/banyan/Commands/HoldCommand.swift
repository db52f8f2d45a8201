import ArgumentParser
import BanyanClient
import BanyanJSON
import BanyanTerminal

/// `banyan hold`: keeps tasks from being claimed.
struct HoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "Keep what waits back from workers.", usage: "banyan hold SELECTOR...",
    discussion: """
      What runs goes on, and is told. Status 1: nothing could be held.

      Example: banyan hold night-run && banyan unhold night-run
      """)

  @OptionGroup var holding: HoldOptions

  func run() async throws { try await holding.set(true) }
}

/// Lets tasks go that were kept back.
struct UnholdCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unhold", abstract: "Let go what was kept back.", usage: "banyan unhold SELECTOR...",
    discussion: """
      Status 1: nothing of it was held.

      Example: banyan unhold night-run
      """)

  @OptionGroup var holding: HoldOptions

  func run() async throws { try await holding.set(false) }
}

/// The arguments that `hold` and `unhold` share.
struct HoldOptions: ParsableArguments {
  @OptionGroup var connection: ConnectionOptions

  @OptionGroup var meant: MeantOptions

  func set(_ isHeld: Bool) async throws {
    let session = try Session(connection)
    var isDone = true
    // What a filter means besides is nobody's business.
    let waiting: JSON = ["state": ["$in": ["inactive", "available"]]]
    for part in try await meant.parts(fit: [waiting, ["held": .bool(!isHeld)]], session) {
      let outcome = try await session.jobChanges.hold(part.number, members: part.members, isHeld)
      let counts = try await session.jobs.counts(of: part.number, members: part.members, named: part.handle)
      let report = Self.report(isHeld, changed: outcome.changed, counts)
      if report.isDone { Output.remark(Escaping.shown(report.words)) } else { Output.complaint(report.words) }
      isDone = isDone && report.isDone
    }
    await session.http.close()
    if !isDone { throw CommandStatus.someFailed.exitCode }
  }

  /// What became of it.
  /// - Parameter counts: how it stands afterwards.
  static func report(_ isHeld: Bool, changed: Int64, _ counts: MemberCounts) -> (words: String, isDone: Bool) {
    let rest = counts.others.isEmpty ? "" : ": \(counts.others)"
    guard changed == 0 else {
      return (
        "\(counts.title): \(changed) \(isHeld ? "held" : "let go")\(rest.isEmpty ? "" : "; the rest\(rest)")", true
      )
    }
    if isHeld, counts.count(.held) > 0 { return ("\(counts.title): held already", true) }
    return ("\(counts.title): \(isHeld ? "nothing waits that could be held" : "nothing of it is held")\(rest)", false)
  }
}
