import BanyanClient
import BanyanJSON

extension Session {
  /// Names of the registered workers, by their ids.
  func workerNames() async throws -> [String: String] {
    let workers = try await list("/registered_workers", query: [("projection", #"{"name": 1}"#)]).items
    let names = workers.compactMap { item in item["_id"]?.string.flatMap { id in item["name"]?.string.map { (id, $0) } }
    }
    return Dictionary(names) { first, _ in first }
  }
}
