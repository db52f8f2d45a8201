import Glibc

/// Reading small files, such as those of /proc, without Foundation.
enum FileReading {
  /// The whole file, or as much as `limit` allows; nil where it can't be opened or read.
  static func bytes(of path: String, limit: Int = 1 << 20) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return bytes(from: descriptor, limit: limit)
  }

  /// All that is left to read, or as much as `limit` allows; nil on an error.
  static func bytes(from descriptor: Int32, limit: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var capacity = min(4096, limit)
    while bytes.count < limit {
      var failed = false
      let wanted = min(capacity, limit - bytes.count)
      let chunk = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
        let got = Glibc.read(descriptor, buffer.baseAddress, wanted)
        failed = got < 0 && errno != EINTR
        count = max(got, 0)
        if got < 0, !failed { count = 0 }
      }
      if failed { return nil }
      if chunk.isEmpty { break }
      bytes.append(contentsOf: chunk)
      capacity = min(capacity * 4, 1 << 20)
    }
    return bytes
  }

  /// The file as text without the white space around it.
  static func text(of path: String) -> String? {
    guard let bytes = bytes(of: path) else { return nil }
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 || $0 == 0x0D }
    guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }
}
