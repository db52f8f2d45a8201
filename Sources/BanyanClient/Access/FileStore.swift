import Glibc

/// Small private files, by the system's own calls: their modes matter from the first moment.
enum FileStore {
  struct Failure: Error, CustomStringConvertible {
    let code: CInt
    var description: String { ErrnoText.of(code) }
  }

  /// The bytes of a file, or nil where there is none. At most 1 MiB are read.
  static func read(_ path: String) throws(Failure) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw Failure(code: errno)
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < 1 << 20 {
      let count = chunk.withUnsafeMutableBytes { systemRead(file, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure(code: errno)
      }
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return bytes
  }

  /// Makes a folder for its owner alone, and those above it as the system would.
  static func makeFolder(_ path: String) throws(Failure) {
    if mkdir(path, 0o700) == 0 { return }
    if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeParents(String(path[..<slash]))
      if mkdir(path, 0o700) == 0 { return }
    }
    guard errno == EEXIST else { throw Failure(code: errno) }
    var status = stat()
    guard stat(path, &status) == 0 else { throw Failure(code: errno) }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw Failure(code: ENOTDIR) }
    if status.st_mode & 0o077 != 0, chmod(path, 0o700) != 0 { throw Failure(code: errno) }
  }

  private static func makeParents(_ path: String) throws(Failure) {
    if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw Failure(code: errno)
    }
    try makeParents(String(path[..<slash]))
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw Failure(code: errno) }
  }

  /// Puts a file in the place of another, whole or not at all, readable by its owner alone.
  static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
    let draft = "\(path).\(getpid()).new"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw Failure(code: errno) }
    do throws(Failure) {
      defer { close(file) }
      guard fchmod(file, 0o600) == 0 else { throw Failure(code: errno) }
      var written = 0
      while written < bytes.count {
        let count = bytes.withUnsafeBytes { systemWrite(file, $0.baseAddress.map { $0 + written }, $0.count - written) }
        if count < 0 {
          if errno == EINTR { continue }
          throw Failure(code: errno)
        }
        written += count
      }
      guard fsync(file) == 0 else { throw Failure(code: errno) }
    } catch {
      unlink(draft)
      throw error
    }
    guard rename(draft, path) == 0 else {
      let failure = Failure(code: errno)
      unlink(draft)
      throw failure
    }
  }

  /// Removes a file; one that is not there is no failure.
  static func remove(_ path: String) throws(Failure) {
    guard unlink(path) == 0 || errno == ENOENT else { throw Failure(code: errno) }
  }
}

// Inside `FileStore` its own `read` would be found first.
private func systemRead(_ file: CInt, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(file, buffer, count)
}

private func systemWrite(_ file: CInt, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
  write(file, buffer, count)
}
