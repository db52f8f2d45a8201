import BanyanClient

extension Session {
  /// Follows tasks to their end.
  func watcher(of ids: [String]) throws -> TaskWatcher {
    var options = SocketOptions()
    options.persistence = .afterFirst
    return TaskWatcher(client: try ProviderClient(credentials, options: options), ids: ids)
  }
}
