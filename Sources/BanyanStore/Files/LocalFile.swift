import Glibc

/// A file of this machine.
final class LocalFile: OpenFile {
  let path: String
  private let descriptor: Int32

  init(_ action: String, _ path: String, _ flags: Int32) throws(FileError) {
    self.path = path
    descriptor = open(path, flags | O_CLOEXEC, 0o600)
    if descriptor < 0 { throw FileError(action, path, code: errno) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  func size() throws(FileError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError("measure", path, code: errno) }
    return Int(status.st_size)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError("read", path, code: errno)
      }
      done += count
    }
    return done
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError("write", path, code: errno)
      }
      done += count
    }
  }

  func preallocate(_ count: Int) throws(FileError) {
    var code: Int32
    repeat { code = posix_fallocate(descriptor, 0, off_t(count)) } while code == EINTR
    if code != 0 { throw FileError("set aside \(count) bytes for", path, code: code) }
  }

  func truncate(to count: Int) throws(FileError) {
    if ftruncate(descriptor, off_t(count)) != 0 { throw FileError("cut", path, code: errno) }
  }

  func sync() throws(FileError) {
    let status = fdatasync(descriptor)
    if status != 0 { throw FileError("sync", path, code: errno) }
  }
}

extension FileError {
  /// The error of a system call that set `errno` to `code`.
  init(_ action: String, _ path: String, code: Int32) {
    let reason: Reason =
      switch code {
      case ENOSPC, EDQUOT: .full
      case EACCES, EPERM, EROFS: .forbidden
      case ENOENT: .missing
      default: .other
      }
    self.init(action, path, reason, words: String(cString: strerror(code)))
  }
}
