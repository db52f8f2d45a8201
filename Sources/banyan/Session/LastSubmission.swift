import BanyanClient

/// What `@last` means: the last task that was submitted by this user from machines that share the access folder.
struct LastSubmission {
  /// Nil where there is no home.
  let folder: AccessFolder?

  func read() throws(AccessError) -> String? { try folder?.note(named: Self.name) }

  /// Remembers a task. Where the folder can't be written that is said, and no reason to fail: the task is submitted.
  func write(_ id: String) {
    guard let folder else { return }
    do {
      try folder.write(note: id, named: Self.name)
    } catch {
      Output.complaint("@last can't be remembered: \(error)")
    }
  }

  private static let name = "last"
}
