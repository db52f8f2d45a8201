import BanyanCore
import Synchronization

/// Whom a token belongs to, for everybody who has to know at once: routes, the upgrade of sockets, sessions.
///
/// The queue owns the users and hands a fresh table over whenever a change of them is durable; here it is only read.
/// Looking up by the hash of the token gives nothing away by its time: whoever tries to guess would have to choose
/// tokens by their hashes.
final class UserDirectory: Sendable {
  private let table = Mutex<[[UInt8]: User]>([:])

  /// All users as they are now.
  func replace(with users: [User]) {
    let fresh = Dictionary(users.map { ($0.tokenHash, $0) }, uniquingKeysWith: { first, _ in first })
    table.withLock { $0 = fresh }
  }

  /// The user of a token; nil: it is nobody's.
  func user(token: String) -> User? {
    // No token is longer than this; an empty one is hashed like any other, so that it takes as long.
    guard token.utf8.count <= 1024 else { return nil }
    let hash = TokenDigest.hash(token)
    return table.withLock { $0[hash] }
  }
}
