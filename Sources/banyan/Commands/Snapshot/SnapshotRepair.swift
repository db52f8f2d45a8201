import ArgumentParser
import BanyanStore

/// Makes a data folder startable again.
struct SnapshotRepair: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair", abstract: "Keep what is sound of a damaged data folder, after a backup.",
    usage: "banyan snapshot repair --data DIR --yes",
    discussion: """
      Everything up to the first damage is kept; changes behind it, which were acknowledged, are given up. The folder is \
      copied beside itself before. A sound folder is left alone.

      Example: banyan snapshot verify || banyan snapshot repair --yes
      """)

  @OptionGroup var place: DataOptions

  @Flag(name: .long, help: "Do it: acknowledged changes behind the damage are lost.")
  var yes = false

  func run() async throws {
    let surroundings = Surroundings.ofProcess()
    let store = try place.locked(surroundings)
    if !yes {
      let verification = try store.verify()
      if verification.report != nil {
        return Output.remark("nothing to repair: a start comes to sequence \(verification.report?.lastSequence ?? 0)")
      }
      for trouble in verification.troubles { Output.remark("banyan: \(trouble)") }
      throw UsageError("a repair gives up what lies behind the damage; say --yes to have it done, after a backup")
    }
    guard let repair = try store.repair() else { return Output.remark("nothing to repair") }
    Output.remark("it was: \(repair.trouble.message)")
    Output.remark("everything as it was lies in \(repair.backup)")
    Output.result("repaired: a start comes to sequence \(repair.lastSequence)")
  }
}
