import ArgumentParser

/// The jobs and tasks that a command is about.
struct SelectorArguments: ParsableArguments {
  /// What may stand there, for help.
  static let help = ArgumentHelp(
    "12 (a job), 12.7, 12.3-9, 12/fit, sweep, @last, or digits of a task's id.", valueName: "selector")

  @Argument(help: help)
  var words: [String] = []

  func validate() throws {
    // A variable that turned out empty in a script must not read as "all is well".
    if words.isEmpty || words.contains("") {
      throw ValidationError("which jobs or tasks? Give numbers as in 12 or 12.7, names, or @last.")
    }
  }

  /// What they mean, in order, each once.
  func selections(_ session: Session) async throws -> [Selection] { try await session.selectors.resolve(words) }

  /// All tasks that they mean, by their identifiers, in order, each once.
  func ids(_ session: Session) async throws -> [String] {
    try await session.selectors.ids(of: selections(session))
  }
}
