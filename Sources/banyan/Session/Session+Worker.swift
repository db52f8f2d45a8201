import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanWire

extension Session {
  /// A worker that somebody means.
  struct NamedWorker {
    let id: String
    let name: String
    /// As the server shows it, with dates of ISO 8601.
    let document: JSON
  }

  /// The one worker of a name, or of an id.
  func worker(named name: String) async throws -> NamedWorker {
    let workers = try await list("/registered_workers", query: [("dates", "iso8601")]).items
    let found = workers.filter { $0["name"]?.string?.isSame(as: name) == true || $0["_id"]?.string == name }
    guard let document = found.first, let id = document["_id"]?.string else {
      let meant = Spelling.nearest(to: name, among: workers.compactMap { $0["name"]?.string })
      throw NotFound(
        "there is no worker '\(name)'; \(meant.map { "did you mean '\($0)'?" } ?? "`banyan workers` lists them")")
    }
    guard found.count == 1 else {
      throw UsageError("\(found.count) workers have the name '\(name)', under different users; give an id")
    }
    return NamedWorker(id: id, name: document["name"]?.string ?? id, document: document)
  }
}
