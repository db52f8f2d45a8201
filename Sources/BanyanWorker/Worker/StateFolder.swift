import Glibc

/// The folder in which a worker keeps what has to outlive it: private to its user, and to one worker at a time.
struct StateFolder: Sendable {
  private static let lockName = "worker.lock"
  private let path: String

  init(_ path: String) { self.path = path }

  /// Makes the folder where it is missing and locks it. The lock is held as long as the descriptor is open, and dies
  /// with the process: a left-over file blocks nobody.
  func lock() throws(WorkerError) -> Int32 {
    if let error = Folders.make(path) {
      throw WorkerError("cannot make the worker's folder \(path): \(LaunchRefusal.words(error))")
    }
    guard chmod(path, 0o700) == 0 else {
      throw WorkerError("the worker's folder \(path) is not this user's: \(LaunchRefusal.words(errno))")
    }
    let lock = open("\(path)/\(Self.lockName)", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0 else {
      throw WorkerError("cannot write to the worker's folder \(path): \(LaunchRefusal.words(errno))")
    }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let words = errno == EWOULDBLOCK ? "another worker uses it; give each its own --name" : LaunchRefusal.words(errno)
      close(lock)
      throw WorkerError("cannot lock the worker's folder \(path): \(words)")
    }
    return lock
  }
}
