import ArgumentParser
import BanyanClient
import BanyanJSON

/// Changes tasks that wait.
struct EditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Change tasks that wait.",
    usage: "banyan edit SELECTOR... --priority 5 --memory 8GiB",
    discussion: """
      What no flag names stays as it is; variables, labels and resources are changed one by one. No worker gets the task \
      meanwhile: it is held, and let go at the end.

      Example: banyan edit fit --cores 4 --time-limit 2h
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var task: TaskOptions

  @OptionGroup var named: SelectorArguments

  func validate() throws {
    if task.hold { throw ValidationError("--hold: `banyan hold ID` keeps a task back") }
    if task.export != nil { throw ValidationError("--export belongs to submit; --env NAME=VALUE sets a variable") }
    if !task.after.isEmpty {
      throw ValidationError("--after belongs to submit: what a task waits for stays as it was made")
    }
  }

  func run() async throws {
    let session = try Session(connection)
    for id in try await named.ids(session) {
      let document = try await session.http.json(.get, "/tasks/\(id)")
      let changes = try task.changes(of: document, session.surroundings)
      guard !changes.isEmpty else { throw UsageError("what should change? Give flags like --priority 5 or --cores 2.") }
      try await change(id, document, changes, session)
    }
    await session.http.close()
  }

  private func change(_ id: String, _ document: JSON, _ changes: JSONObject, _ session: Session) async throws {
    let isClaimable = document["state"]?.string == "available" && document["held"]?.bool != true
    // Labels may change at any time.
    guard isClaimable, changes.contains(where: { $0.key != "labels" }) else {
      try await session.http.json(.patch, "/tasks/\(id)", body: .object(changes))
      return
    }
    try await session.http.json(.patch, "/tasks/\(id)", body: ["held": true])
    do {
      try await session.http.json(.patch, "/tasks/\(id)", body: .object(changes))
    } catch {
      try await session.http.json(.patch, "/tasks/\(id)", body: ["held": false])
      throw error
    }
    try await session.http.json(.patch, "/tasks/\(id)", body: ["held": false])
  }
}
