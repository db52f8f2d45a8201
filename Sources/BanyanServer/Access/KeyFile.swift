import BanyanStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The key of the attempts' tokens: 32 bytes in the data folder, readable by its owner alone, made at the first start.
enum KeyFile {
  static let length = 32

  /// - Parameter folder: the data folder, which exists.
  static func key(in folder: String) throws(StoreError) -> [UInt8] {
    let path = "\(folder)/token.key"
    if let key = try read(path) { return key }
    var system = SystemRandomNumberGenerator()
    let key = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &system) }
    try write(key, to: path)
    return key
  }

  private static func read(_ path: String) throws(StoreError) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      guard errno == ENOENT else { throw failure("can't be read", path) }
      return nil
    }
    defer { close(file) }
    var key = [UInt8](repeating: 0, count: length + 1)
    let count = Glibc.read(file, &key, length + 1)
    guard count == length else {
      throw StoreError(
        .damaged,
        "\(path) holds \(max(count, 0)) bytes; a key has \(length). Without it no running attempt can be reported.")
    }
    return Array(key.prefix(length))
  }

  /// Under another name first, so that a crash leaves a whole key or none.
  private static func write(_ key: [UInt8], to path: String) throws(StoreError) {
    let draft = "\(path).new"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure("can't be made", draft) }
    defer { close(file) }
    guard Glibc.write(file, key, key.count) == key.count, fsync(file) == 0, rename(draft, path) == 0 else {
      throw failure("can't be written", path)
    }
  }

  private static func failure(_ what: String, _ path: String) -> StoreError {
    StoreError(errno == ENOSPC ? .full : .notWritable, "\(path) \(what): \(String(cString: strerror(errno)))")
  }
}
