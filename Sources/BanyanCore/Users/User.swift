/// What a user may do.
public enum Role: String, Sendable, CaseIterable {
  /// Submits, sees what there is, changes what is its own.
  case provider
  /// Claims tasks and reports on them.
  case worker
  /// Reads what a provider reads, but no environments, and changes nothing.
  case viewer
}

/// Someone with a token. The token itself is known to its bearer alone.
public struct User: Hashable, Sendable {
  /// The user's identifier, by which workers and idempotency keys refer to it.
  public var id: UserID
  /// When it was made, milliseconds since 1970.
  public var created: Int64
  /// The name, which no two users share, 1 to ``QueueState/maxUserNameLength`` characters.
  public var name: String
  /// What it may do.
  public var role: Role
  /// SHA-256 of the token, 32 bytes.
  public var tokenHash: [UInt8]
  /// A provider who may change what is others', and users, registrations and snapshots.
  public var isAdmin: Bool

  /// A user. Where only the second is known in which it was made, `created` is nil: its identifier tells it.
  public init(id: UserID, created: Int64? = nil, name: String, role: Role, tokenHash: [UInt8], isAdmin: Bool = false) {
    self.id = id
    self.created = created ?? id.created
    self.name = name
    self.role = role
    self.tokenHash = tokenHash
    self.isAdmin = isAdmin
  }
}
