import BanyanCore

/// What a user may do, in three words.
enum Role: String, Sendable, CaseIterable {
  /// Submits, reads, cancels, manages users and workers.
  case provider
  /// Claims and reports.
  case worker
  /// Reads what a provider reads, but no environments, and changes nothing.
  case viewer
}

/// Somebody who holds a token. The token itself is nowhere but with its holder; see ``TokenDigest``.
struct User: Hashable, Sendable {
  /// The user's identifier; a REST worker's `worker_id` too.
  let id: UserID
  /// Unique among the users; shown as a task's `owner`.
  let name: String
  /// What the user may do.
  let role: Role
  /// Milliseconds since 1970.
  let created: Int64
}
