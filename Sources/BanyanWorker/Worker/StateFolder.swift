import BanyanClient
import BanyanWire
import Crypto
import Glibc

/// The folder in which a worker keeps what has to outlive it: private to its user, and to one worker at a time.
public struct StateFolder: Sendable {
  private static let lockName = "worker.lock"
  /// The server's address, for people, and for folders that go by nothing else.
  private static let serverName = "server"
  /// The name of the folder that goes by the server's address and the worker's name.
  private static let ownerName = "owner"
  /// The server's identity.
  private static let identityName = "server-identity"
  /// What the folder's own identity is made of.
  private static let ownName = "identity"
  private let path: String

  init(_ path: String) { self.path = path }

  /// The folder of a worker, by its server and its name: what a keeper holds is for one server alone.
  ///
  /// Before a server had an identity its address was all, and before that the names themselves were the path; at first
  /// there was none for each server. A folder of such a kind goes to the first that comes for it while nobody uses it,
  /// with all that its keeper holds, and is that worker's from then on.
  ///
  /// - Parameters:
  ///   - workers: where the folders of this user's workers lie.
  ///   - owner: whose folder is looked for.
  public static func path(in workers: String, of owner: StateOwner) -> String {
    let own = "\(workers)/\(owner.folderName)"
    if isFolder(own) { return own }
    let former = owner.formerPaths.lazy.map { "\(workers)/\($0)" }
    return former.first { isFolder($0) && isFree($0, for: owner) } ?? own
  }

  /// Whether a folder that doesn't go by all that is known of its owner is this one's, or may become it.
  private static func isFree(_ path: String, for owner: StateOwner) -> Bool {
    if let identity = owner.identity, let known = mark(identityName, of: path), known != identity { return false }
    if let known = mark(ownerName, of: path) { return known == owner.addressName }
    // One that says for whom it is goes to nobody else, in use or not: whoever comes a second time is told so.
    if let known = mark(serverName, of: path) { return known == owner.formerServer }
    return !isLocked(path)
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// What a folder says of itself under this name; nil: nothing.
  private static func mark(_ name: String, of path: String) -> String? { FileReading.text(of: "\(path)/\(name)") }

  /// Whether a worker uses a folder.
  private static func isLocked(_ path: String) -> Bool {
    let lock = open("\(path)/\(lockName)", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    guard lock >= 0 else { return false }
    defer { close(lock) }
    return flock(lock, LOCK_EX | LOCK_NB) != 0
  }

  /// Says whose the folder is, which is locked.
  func mark(owner: StateOwner) throws(WorkerError) {
    if path.hasSuffix("/\(owner.folderName)") {
      if Self.mark(Self.identityName, of: path) == nil, let identity = owner.identity {
        try write(identity, to: Self.identityName)
      }
    } else {
      if let known = Self.mark(Self.serverName, of: path), known != owner.formerServer {
        throw WorkerError(
          "the worker's folder \(path) is for \(known), not for \(owner.formerServer); give another --state")
      }
      if let known = Self.mark(Self.ownerName, of: path), known != owner.addressName {
        throw WorkerError("the worker's folder \(path) is another worker's by now; start this one again")
      }
    }
    try write(owner.formerServer, to: Self.serverName)
    try write(owner.addressName, to: Self.ownerName)
  }

  /// Which server the attempts are of that the keeper in it holds; nil: it doesn't say.
  var serverIdentity: String? { Self.mark(Self.identityName, of: path) }

  /// Which folder it is, wherever its worker runs: the same for as long as it lies where it does. A copy of it has another
  /// one, since what runs from the first one is not held from the second. The folder is locked.
  func identity() throws(WorkerError) -> String {
    var own = Self.mark(Self.ownName, of: path) ?? ""
    if own.isEmpty {
      var random = SystemRandomNumberGenerator()
      own = Hex.text(of: (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) })
      try write(own, to: Self.ownName)
    }
    return Hex.text(of: SHA256.hash(data: Array("\(own) \(KeeperJournal.place(of: "\(path)/"))".utf8)).prefix(16))
  }

  /// Says which server the folder is for from now on; it is locked.
  func record(serverIdentity: String) throws(WorkerError) { try write(serverIdentity, to: Self.identityName) }

  /// Leaves a line in the folder, whole or not at all.
  private func write(_ line: String, to name: String) throws(WorkerError) {
    guard Self.mark(name, of: path) != line else { return }
    let draft = "\(path)/\(name).new"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    defer { if file >= 0 { close(file) } }
    let bytes = Array("\(line)\n".utf8)
    guard file >= 0, Glibc.write(file, bytes, bytes.count) == bytes.count, rename(draft, "\(path)/\(name)") == 0 else {
      throw WorkerError("cannot write to the worker's folder \(path): \(ErrnoText.of(errno))")
    }
  }

  /// Makes the folder where it is missing and locks it. The lock is held as long as the descriptor is open, and dies
  /// with the process: a left-over file blocks nobody.
  func lock() throws(WorkerError) -> Int32 {
    if let error = Folders.make(path) {
      throw WorkerError("cannot make the worker's folder \(path): \(ErrnoText.of(error))")
    }
    guard chmod(path, 0o700) == 0 else {
      throw WorkerError("the worker's folder \(path) is not this user's: \(ErrnoText.of(errno))")
    }
    let lock = open("\(path)/\(Self.lockName)", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0 else {
      throw WorkerError("cannot write to the worker's folder \(path): \(ErrnoText.of(errno))")
    }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let words = errno == EWOULDBLOCK ? "another worker uses it; give each its own --name" : ErrnoText.of(errno)
      close(lock)
      throw WorkerError("cannot lock the worker's folder \(path): \(words)")
    }
    return lock
  }
}
