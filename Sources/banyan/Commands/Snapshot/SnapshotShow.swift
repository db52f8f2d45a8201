import ArgumentParser
import BanyanCore
import BanyanJSON
import BanyanStore
import BanyanWire

/// What a data folder holds.
struct SnapshotShow: AsyncParsableCommand {
  /// The sort of things to show.
  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case tasks, workers, users
  }

  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "The tasks, workers or users in a data folder, as objects; no server is needed.",
    usage: "banyan snapshot show --data DIR --state failed",
    discussion: """
      What is shown is what a start would find: the newest snapshot and the journal behind it. Nothing is changed.

      Example: banyan snapshot show --where '{"priority": {"$gt": 0}}' -o jsonl | jq .name
      """)

  @OptionGroup var place: DataOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "tasks, workers or users.")
  var kind = Kind.tasks

  @Option(
    name: .long,
    help: "Only these: waiting, running, failed, succeeded, ended, or a state of the task model. May be repeated.")
  var state: [String] = []

  @Option(name: .long, help: "Only tasks of this name, or of the graph of this name.")
  var name: String?

  @Option(name: .long, help: ArgumentHelp("Only tasks with this label.", valueName: "key=value"))
  var label: [String] = []

  @Option(name: .long, help: ArgumentHelp("A filter in the language of the REST interface.", valueName: "json"))
  var `where`: String?

  @Option(name: .long, help: "At most so many; 0: all.")
  var limit = 0

  func validate() throws {
    guard limit >= 0 else { throw ValidationError("--limit \(limit): give 0 (all) or more") }
    if kind != .tasks, !state.isEmpty || name != nil || !label.isEmpty || self.where != nil {
      throw ValidationError("--state, --name, --label and --where choose among tasks")
    }
  }

  func run() async throws {
    let surroundings = Surroundings.ofProcess()
    let filter = try filter()
    let store = try place.reading(surroundings)
    let (state, report) = try store.recoverQueue()
    for notice in report.notices { Output.remark("banyan: \(notice)") }
    let items = try items(state.view, filter)
    if output.printed(items) { return }
    let terminal = output.terminal(surroundings)
    let isWide = output.format == .wide
    if kind == .tasks {
      TaskListing(isWide: isWide).table(of: items).print(on: terminal, isWide: isWide)
    } else {
      for item in items { Output.result(item.encodedString()) }
    }
    if items.isEmpty { Output.remark("no \(kind.rawValue) there, or none that fits") }
  }

  private func filter() throws -> Filter? {
    guard let json = try TaskFilter(states: state, name: name, labels: label, raw: self.where).json else { return nil }
    do throws(Rejection) {
      return try Filter(text: json.encodedString(), fields: .tasks())
    } catch {
      throw UsageError(([error.message] + error.issues.map { "\($0.field): \($0.trouble)" }).joined(separator: "; "))
    }
  }

  private func items(_ view: QueueView, _ filter: Filter?) throws -> [JSON] {
    let maxCount = limit == 0 ? Int.max : limit
    switch kind {
    case .workers: return view.workers.prefix(maxCount).map { WorkerDocument.document($0.record).json() }
    case .users: return view.users.prefix(maxCount).map { UserDocument.document($0).json() }
    case .tasks:
      var items: [JSON] = []
      let effort = Effort.unbounded
      try view.forEachTask { record throws(Rejection) in
        if try filter?.matches(record, effort) ?? true { items.append(TaskDocument.json(record)) }
        return items.count < maxCount
      }
      return items
    }
  }
}
