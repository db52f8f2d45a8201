import ArgumentParser
import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanWire

/// The flags by which tasks are meant instead of being named: one's own, unless somebody else is named.
struct FilterOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Those that fit a filter of the REST interface.", valueName: "json"))
  var `where`: String?

  @Option(name: .long, help: "Those in this state: waiting, running, failed, ended ... May be repeated.")
  var state: [String] = []

  @Flag(name: .long, help: "All of mine.")
  var mine = false

  @Option(name: .long, help: ArgumentHelp("This user's (an admin).", valueName: "name"))
  var owner: String?

  @Flag(name: .customLong("all-users"), help: "Everybody's (an admin).")
  var allUsers = false

  @Option(name: .long, help: ArgumentHelp("Those that ran last on this worker.", valueName: "name"))
  var worker: String?

  @Option(name: .long, help: ArgumentHelp("Those that were made since then, as in 2h or 08:00.", valueName: "time"))
  var since: String?

  func validate() throws {
    if [mine, owner != nil, allUsers].count(where: { $0 }) > 1 {
      throw ValidationError("give one of --mine, --owner NAME and --all-users")
    }
  }

  /// Whether tasks are meant by a filter. Whose alone is none, where it says nothing else: see ``isWhoseAlone``.
  var isGiven: Bool { self.where != nil || !state.isEmpty || worker != nil || since != nil || mine }

  /// Somebody is named, and nothing else.
  var isWhoseAlone: Bool { !isGiven && (owner != nil || allUsers) }

  /// The filter in the language of the REST interface.
  /// - Parameter others: what further flags say.
  func json(_ others: [JSON] = [], _ session: Session) async throws -> JSON {
    var parts = others
    if let filter = try TaskFilter(states: state, owner: try await whose(session), raw: self.where).json {
      parts.append(filter)
    }
    if let worker { parts.append(["worker_id": .string(try await id(ofWorker: worker, session))]) }
    if let since { parts.append(["_created": ["$gte": .string(WireDate.text(try moment(since)))]]) }
    switch parts.count {
    case 0: return [:]
    case 1: return parts[0]
    default: return ["$and": .array(parts)]
    }
  }

  /// Whose tasks are meant: one's own, unless an admin says otherwise. nil: everybody's.
  private func whose(_ session: Session) async throws -> String? {
    let asker = try await CurrentUser.fetched(from: session.http)
    guard allUsers || owner != nil, owner != asker.name else { return asker.name }
    guard asker.isAdmin else {
      throw NotAllowed("\(asker.name) is no admin, and changes its own tasks alone; nothing was changed")
    }
    return owner
  }

  private func id(ofWorker name: String, _ session: Session) async throws -> String {
    let workers = try await session.list("/registered_workers").items
    if let worker = workers.first(where: { $0["name"]?.string == name }), let id = worker["_id"]?.string { return id }
    let meant = Spelling.nearest(to: name, among: workers.compactMap { $0["name"]?.string })
    throw NotFound(
      "there is no worker '\(name)'\(meant.map { "; did you mean '\($0)'?" } ?? "; `banyan workers` lists them")")
  }

  private func moment(_ text: String) throws -> Int64 {
    let now = TypedTime.now()
    if let span = try? TimeSpan.parse(text) { return now - span }
    do {
      let moment = try TypedTime.parse(text, now: now)
      // An hour of the day is the last one that was.
      return moment > now && !text.contains("-") ? moment - 86_400_000 : moment
    } catch {
      throw UsageError("--since '\(text)': \(error)")
    }
  }

  // MARK: What fits

  /// The members that fit, by their jobs, the oldest job first.
  func parts(_ others: [JSON] = [], _ session: Session) async throws -> [JobPart] {
    let query = [
      ("where", try await json(others, session).encodedString()), ("projection", #"{"job": 1, "member": 1}"#),
    ]
    var members: [Int64: [Int64]] = [:]
    for item in try await session.list("/tasks", query: query).items {
      guard let job = item["job"]?.integer, let member = item["member"]?.integer else { continue }
      members[job, default: []].append(member)
    }
    return members.sorted { $0.key < $1.key }.map { JobPart(number: $0.key, members: JobPart.ranges($0.value)) }
  }
}

/// The same for commands without flags of a task's own fields.
struct FieldFilterOptions: ParsableArguments {
  @Option(name: .long, help: "Those of this name.")
  var name: String?

  @Option(name: .long, help: "Those in this queue.")
  var queue: String?

  @Option(name: .long, help: ArgumentHelp("Those with this label.", valueName: "key=value"))
  var label: [String] = []

  var isGiven: Bool { name != nil || queue != nil || !label.isEmpty }

  /// What they say, in the language of filters.
  func json() throws -> [JSON] {
    var parts: [JSON] = []
    if let filter = try TaskFilter(name: name, labels: label).json { parts.append(filter) }
    if let queue { parts.append(["queue": .string(queue)]) }
    return parts
  }
}
