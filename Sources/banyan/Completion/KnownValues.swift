import BanyanClient
import BanyanJSON

/// What the server knows of jobs, queues, workers and users, asked for while somebody waits at a prompt.
struct KnownValues: Sendable {
  /// More than anybody reads at a prompt.
  static let most = 200

  let ask: JobReading.Asking

  func candidates(_ kind: CompletionPlan.Kind) async throws -> [CompletionPlan.Candidate] {
    switch kind {
    case .jobs: try await jobs()
    case .jobNames: try await jobDocuments().compactMap { $0["name"]?.string }.map { .init(word: $0) }
    case .queues:
      try await (ask("/statistics", [])["tasks"]?["by_queue"]?.object ?? [:]).map { .init(word: $0.key) }
    case .workers:
      try await items("/registered_workers").compactMap { worker in
        let meaning = worker["connected"]?.bool == true ? "connected" : "away"
        return worker["name"]?.string.map { .init(word: $0, meaning: meaning) }
      }
    case .users:
      try await items("/users").compactMap { user in
        user["name"]?.string.map { .init(word: $0, meaning: user["role"]?.string ?? "") }
      }
    }
  }

  /// By their numbers, the newest first; by the names that they have; and the newest.
  private func jobs() async throws -> [CompletionPlan.Candidate] {
    let documents = try await jobDocuments()
    let numbers: [CompletionPlan.Candidate] = documents.compactMap { job in
      job["number"]?.integer.map { number in
        let words = [job["name"]?.string, job["state"]?.string].compactMap(\.self).joined(separator: ", ")
        return .init(word: "\(number)", meaning: words)
      }
    }
    let names: [CompletionPlan.Candidate] = documents.compactMap { job in
      job["name"]?.string.map { .init(word: $0, meaning: job["state"]?.string ?? "") }
    }
    return numbers + names + [.init(word: "@last", meaning: "what was submitted last")]
  }

  private func jobDocuments() async throws -> [JSON] {
    let projection = #"{"number": 1, "name": 1, "state": 1}"#
    return try await items("/jobs", [("sort", "-number"), ("projection", projection)])
  }

  private func items(_ path: String, _ query: [(String, String)] = []) async throws -> [JSON] {
    try await ask(path, query + [("max_results", "\(Self.most)")])["_items"]?.array ?? []
  }
}
