import BanyanClient

extension Session {
  /// Follows tasks to their end.
  func watcher(of ids: [String]) throws -> TaskWatcher {
    TaskWatcher(WatchedTasks(), ids, client: try lastingClient())
  }

  /// Follows jobs to their end.
  func watcher(of numbers: [Int64]) throws -> JobWatcher {
    JobWatcher(WatchedJobs(jobs: jobs), numbers, client: try lastingClient())
  }

  /// A connection that is made anew when it breaks, once it stood.
  private func lastingClient() throws -> ProviderClient {
    var options = SocketOptions()
    options.persistence = .afterFirst
    return try ProviderClient(credentials, options: options)
  }
}
