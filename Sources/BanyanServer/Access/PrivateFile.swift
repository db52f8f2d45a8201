import BanyanStore

import Glibc

/// A small secret in the data folder, readable by its owner alone.
enum PrivateFile {
  /// What a file holds; nil: there is none.
  /// - Parameter most: so many bytes are read of a longer one.
  static func read(_ path: String, atMost most: Int) throws(StoreError) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      guard errno == ENOENT else { throw failure("can't be read", path) }
      return nil
    }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: most)
    let count = Glibc.read(file, &bytes, most)
    guard count >= 0 else { throw failure("can't be read", path) }
    return Array(bytes.prefix(count))
  }

  /// Under another name first, so that a crash leaves a whole file or the one before.
  static func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
    let draft = "\(path).new"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("can't be made", draft) }
    defer { close(file) }
    guard Glibc.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0, rename(draft, path) == 0 else {
      throw failure("can't be written", path)
    }
  }

  private static func failure(_ what: String, _ path: String) -> StoreError {
    StoreError(errno == ENOSPC ? .full : .notWritable, "\(path) \(what): \(String(cString: strerror(errno)))")
  }
}
