/// Users: who may ask.
extension QueueState {
  /// The longest name of a user, in characters.
  public static let maxUserNameLength = 64

  mutating func addUser(
    name: String, role: Role, isAdmin: Bool, tokenHash: [UInt8], by asker: Principal?, at now: Int64,
    entropy: inout Entropy
  ) throws(Rejection) -> Answer {
    try checkIsAdmin(asker, "Users")
    guard (1...Self.maxUserNameLength).contains(name.count),
      name.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 })
    else {
      throw .field("name", "has to be 1 to \(Self.maxUserNameLength) characters, none of them a control character")
    }
    guard tokenHash.count == 32 else { throw .field("token", "has to be hashed by SHA-256, which gives 32 bytes") }
    if let other = users.values.first(where: { $0.name.isSame(as: name) }) {
      throw .field("name", "\(other.name) is a user already; take another name or revoke it first")
    }
    guard !users.values.contains(where: { $0.tokenHash == tokenHash }) else {
      throw .field("token", "is another user's; take another one")
    }
    guard !isAdmin || role == .provider else {
      throw .field("admin", "goes with the role provider; a \(role.rawValue) changes nothing of others'")
    }
    let isFirst = role == .provider && !users.values.contains(where: \.isAdmin)
    let user = User(
      id: entropy.identifier(at: now), created: now, name: name, role: role, tokenHash: tokenHash,
      isAdmin: isAdmin || isFirst)
    emit(.userChanged(user), at: now)
    return .user(user)
  }

  mutating func revokeUser(_ id: UserID, by asker: Principal?, at now: Int64) throws(Rejection) -> Answer {
    try checkIsAdmin(asker, "Users")
    guard let user = users[id] else { throw Rejection(.notFound, "There is no user \(id).") }
    if user.isAdmin, users.values.count(where: \.isAdmin) == 1 {
      throw .field("_id", "\(user.name) is the last admin and can't be revoked; make another one first")
    }
    emit(.userRevoked(id), at: now)
    return .user(user)
  }
}
