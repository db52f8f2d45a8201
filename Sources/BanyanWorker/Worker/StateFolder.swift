import Glibc

/// The folder in which a worker keeps what has to outlive it: private to its user, and to one worker at a time.
public struct StateFolder: Sendable {
  private static let lockName = "worker.lock"
  private static let serverName = "server"
  private let path: String

  init(_ path: String) { self.path = path }

  /// The folder of a worker, by its server and its name: what a keeper holds is for one server alone.
  ///
  /// Before there was one for each server the name was all. A folder of that kind goes to the first that comes for it
  /// while nobody uses it, with all that its keeper holds, and is that server's from then on.
  ///
  /// - Parameters:
  ///   - workers: where the folders of this user's workers lie.
  ///   - name: the worker's, as a file's.
  ///   - server: the server's address, as a file's name.
  public static func path(in workers: String, name: String, server: String) -> String {
    let (own, former) = ("\(workers)/\(server)/\(name)", "\(workers)/\(name)")
    if isFolder(own) || !isFolder(former) { return own }
    switch mark(of: former) {
    case server: return former
    case nil: return isLocked(former) ? own : former
    default: return own
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The server that a folder is for; nil: it doesn't say.
  private static func mark(of path: String) -> String? { FileReading.text(of: "\(path)/\(serverName)") }

  /// Whether a worker uses a folder.
  private static func isLocked(_ path: String) -> Bool {
    let lock = open("\(path)/\(lockName)", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    guard lock >= 0 else { return false }
    defer { close(lock) }
    return flock(lock, LOCK_EX | LOCK_NB) != 0
  }

  /// Says for which server the folder is, which is locked.
  func mark(server: String) throws(WorkerError) {
    if let known = Self.mark(of: path) {
      guard known != server else { return }
      throw WorkerError("the worker's folder \(path) is for \(known), not for \(server); give another --state")
    }
    let file = open("\(path)/\(Self.serverName)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    defer { if file >= 0 { close(file) } }
    let line = Array("\(server)\n".utf8)
    guard file >= 0, write(file, line, line.count) == line.count else {
      throw WorkerError("cannot write to the worker's folder \(path): \(SystemError.words(errno))")
    }
  }

  /// Makes the folder where it is missing and locks it. The lock is held as long as the descriptor is open, and dies
  /// with the process: a left-over file blocks nobody.
  func lock() throws(WorkerError) -> Int32 {
    if let error = Folders.make(path) {
      throw WorkerError("cannot make the worker's folder \(path): \(SystemError.words(error))")
    }
    guard chmod(path, 0o700) == 0 else {
      throw WorkerError("the worker's folder \(path) is not this user's: \(SystemError.words(errno))")
    }
    let lock = open("\(path)/\(Self.lockName)", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0 else {
      throw WorkerError("cannot write to the worker's folder \(path): \(SystemError.words(errno))")
    }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let words = errno == EWOULDBLOCK ? "another worker uses it; give each its own --name" : SystemError.words(errno)
      close(lock)
      throw WorkerError("cannot lock the worker's folder \(path): \(words)")
    }
    return lock
  }
}
