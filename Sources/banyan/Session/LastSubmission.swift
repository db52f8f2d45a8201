import BanyanClient

/// What `@last` means: the last jobs that were submitted by this user from machines that share the access folder.
struct LastSubmission: Sendable {
  /// Nil where there is no home.
  let folder: AccessFolder?

  /// The number of the job that was submitted last, or so many times before; of a time before jobs had numbers, the
  /// identifier of a task.
  func read(back: Int = 0) throws(AccessError) -> String? {
    let words = try kept()
    return back < words.count ? words[back] : nil
  }

  /// Remembers a job. Where the folder can't be written that is said, and no reason to fail: the job is submitted.
  func write(_ job: Int64) {
    guard let folder else { return }
    do {
      let words = try ["\(job)"] + kept().filter { $0 != "\(job)" }.prefix(Selector.maxBack)
      try folder.write(note: words.joined(separator: " "), named: Self.name)
    } catch {
      Output.complaint("@last can't be remembered: \(error)")
    }
  }

  private func kept() throws(AccessError) -> [String] {
    guard let line = try folder?.note(named: Self.name) else { return [] }
    return line.split(separator: " ").map(String.init)
  }

  private static let name = "last"
}
