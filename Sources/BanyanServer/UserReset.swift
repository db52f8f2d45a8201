import BanyanCore
import BanyanStore

/// Gives users of a data folder new tokens, where the old ones are lost: no server may work on the folder meanwhile.
public struct UserReset: Sendable {
  /// What was asked for can't be done, in words.
  public struct Refusal: Error, Sendable, CustomStringConvertible {
    /// What, and what would be right.
    public let description: String
  }

  /// The data folder.
  public let folder: String

  /// A reset of some users of a folder.
  public init(folder: String) { self.folder = folder }

  /// Gives new tokens to those who are named; to the oldest admin and the oldest worker where nobody is.
  /// - Parameters:
  ///   - names: of the users; empty: those two.
  ///   - time: milliseconds since 1970.
  ///   - check: is told whose folder it is before anything is changed, and may refuse by an error.
  /// - Returns: the users with their new tokens, which are kept nowhere else.
  public func run(
    _ names: [String], at time: Int64, check: (Server.Recovered) async throws -> Void
  ) async throws -> [Server.FirstUser] {
    let store = try FolderStore(path: folder)
    let key = try KeyFile.key(in: folder, files: LocalFileSystem()) { _ in }
    let (state, _) = try store.recoverQueue()
    let all = state.allUsers.sorted { $0.id < $1.id }
    let users = try names.isEmpty ? Self.first(of: all) : Self.named(names, among: all)
    try await check(
      Server.Recovered(identity: KeyFile.identity(of: key)) { token in
        let hash = TokenDigest.hash(token)
        return all.contains { $0.tokenHash == hash }
      })
    var made: [Server.FirstUser] = []
    var events: [Event] = []
    for user in users {
      let token = TokenDigest.fresh()
      var changed = user
      changed.tokenHash = TokenDigest.hash(token)
      events.append(.userChanged(changed))
      made.append(Server.FirstUser(name: user.name, role: user.role, token: token))
    }
    try write(Frame(firstSequence: state.sequence + 1, time: time, events: events), to: store)
    return made
  }

  private func write(_ frame: Frame, to store: FolderStore) throws(StoreError) {
    let journal = try store.openJournal()
    journal.append(frame)
    try journal.close()
  }

  private static func first(of users: [User]) throws -> [User] {
    let chosen = [users.first(where: \.isAdmin), users.first { $0.role == .worker }].compactMap(\.self)
    guard !chosen.isEmpty else {
      throw Refusal(description: "the data folder has no users yet; a start of the server makes them")
    }
    return chosen
  }

  private static func named(_ names: [String], among users: [User]) throws -> [User] {
    var chosen: [User] = []
    for name in names where !chosen.contains(where: { $0.name.isSame(as: name) }) {
      guard let user = users.first(where: { $0.name.isSame(as: name) }) else {
        let known = users.map(\.name).joined(separator: ", ")
        throw Refusal(description: "the data folder has no user '\(name)', only \(known)")
      }
      chosen.append(user)
    }
    return chosen
  }
}
