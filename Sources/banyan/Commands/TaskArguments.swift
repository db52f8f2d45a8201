import ArgumentParser

/// The tasks that a command is about.
struct TaskArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("Ids (or parts of six digits), names, or @last.", valueName: "id"))
  var tasks: [String] = []

  func validate() throws {
    if tasks.isEmpty { throw ValidationError("which tasks? Give ids, names, or @last.") }
  }

  /// Their ids, in order, each once.
  func ids(_ session: Session) async throws -> [String] { try await session.finder.ids(of: tasks) }
}
