import Glibc

/// The files of this machine.
public struct LocalFileSystem: FileSystem {
  /// The files of this machine.
  public init() {}

  /// The names of what lies in a folder.
  public func list(_ folder: String) throws(FileError) -> [String] {
    guard let stream = opendir(folder) else { throw FileError("read the folder", folder, code: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw FileError("read the folder", folder, code: errno) }
        return names
      }
      // In its place: the field is declared as 256 bytes, and a copy of it would read beyond what there is of a short name.
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  /// Makes a folder and those above it, for this user alone, durable on return; it may be there already.
  public func makeFolder(_ path: String) throws(FileError) {
    if mkdir(path, 0o700) == 0 { return try syncName(of: path) }
    var code = errno
    if code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try makeFolder(String(path[..<slash]))
      if mkdir(path, 0o700) == 0 { return try syncName(of: path) }
      code = errno
    }
    var status = stat()
    if code == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
    throw FileError("make the folder", path, code: code)
  }

  private func syncName(of path: String) throws(FileError) {
    do {
      try syncFolder(folder(of: path))
    } catch {
      // A folder may be written in and not read, and what can't be opened can't be synced. Then the new one is: the file
      // systems in use make its name durable with it.
      guard error.reason == .forbidden else { throw error }
      try syncFolder(path)
    }
  }

  /// Opens an existing file for reading.
  public func openForReading(_ path: String) throws(FileError) -> any OpenFile {
    try LocalFile("open", path, O_RDONLY)
  }

  /// Makes an empty file, in the place of one that may be there.
  public func create(_ path: String) throws(FileError) -> any OpenFile {
    try LocalFile("create", path, O_RDWR | O_CREAT | O_TRUNC)
  }

  /// Opens a file for writing and measuring, as it is; an empty one is made if there is none.
  public func openForWriting(_ path: String) throws(FileError) -> any OpenFile {
    try LocalFile("open", path, O_WRONLY | O_CREAT | O_NOFOLLOW)
  }

  /// Takes away whatever others than its owner may do with a file.
  public func makePrivate(_ path: String) throws(FileError) -> UInt32 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError("open", path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError("measure", path, code: errno) }
    let open = status.st_mode & 0o077
    if open != 0, fchmod(descriptor, status.st_mode & 0o700) != 0 {
      throw FileError("keep others from", path, code: errno)
    }
    return open
  }

  /// Gives a file another name.
  public func rename(_ path: String, to target: String) throws(FileError) {
    let status = Glibc.rename(path, target)
    if status != 0 { throw FileError("rename", path, code: errno) }
  }

  /// Removes a file, durable once its folder is synced.
  public func remove(_ path: String) throws(FileError) {
    if unlink(path) != 0 { throw FileError("remove", path, code: errno) }
  }

  /// Makes the names in a folder durable.
  public func syncFolder(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("open the folder", path, code: errno) }
    defer { close(descriptor) }
    if fsync(descriptor) != 0 { throw FileError("sync the folder", path, code: errno) }
  }

  /// Takes the lock on a file (`flock`, which ends with the process however it ends).
  public func lock(_ path: String) throws(FileError) -> (any FileLock)? {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileError("open the lock", path, code: errno) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      close(descriptor)
      if code == EWOULDBLOCK { return nil }
      throw FileError("lock", path, code: code)
    }
    // For the words of whoever is refused; the lock itself is not in what the file holds.
    let words = "process \(getpid())\n"
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, words, words.utf8.count, 0) == words.utf8.count else {
      let code = errno
      close(descriptor)
      throw FileError("write the lock", path, code: code)
    }
    return LocalLock(descriptor)
  }

  /// What the holder of a lock wrote about itself.
  public func lockHolder(_ path: String) -> String? {
    guard let file = try? LocalFile("read", path, O_RDONLY) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = bytes.withUnsafeMutableBytes { (try? file.read(into: $0, at: 0)) ?? 0 }
    let line = bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }
}

/// A lock by `flock` on a descriptor of its own.
private final class LocalLock: FileLock {
  private let descriptor: Int32

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }
}
