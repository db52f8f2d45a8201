import BanyanClient
import BanyanJSON

/// Follows jobs to their end.
typealias JobWatcher = Watcher<WatchedJobs>

/// Jobs, which are looked at one by one: some have a thousand ends a second.
struct WatchedJobs: Watchable {
  let jobs: JobReading

  var member: String { "jobs" }
  var batch: Int { 16 }
  var pause: Duration { .milliseconds(100) }

  func word(of key: Int64) -> JSON { .integer(key) }
  func key(of event: JSON) -> Int64? { event["job"]?.integer }

  func look(at keys: [Int64], through client: ProviderClient) async throws -> [Int64: JobView] {
    var found: [Int64: JobView] = [:]
    for number in keys {
      do {
        found[number] = try await jobs.job(number)
      } catch let error as ServerError where error.status == 404 {
        continue
      }
    }
    return found
  }

  func isChanged(_ old: JobView, _ new: JobView) -> Bool { old.document != new.document }
  func isEnded(_ view: JobView) -> Bool { view.isEnded }
}
