import Glibc

/// A fresh folder that goes with the test.
public final class TestFolder: Sendable {
  /// Its path: short, since sockets lie in it.
  public let path: String

  /// Makes the folder, empty, in `/tmp`.
  public init() {
    var template = Array("/tmp/banyan-test-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      guard let name = buffer.baseAddress, mkdtemp(name) != nil else { fatalError("no folder in /tmp") }
      return String(cString: name)
    }
  }

  deinit { Self.remove(path) }

  /// The path of something in it.
  public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file; its path.
  @discardableResult
  public func write(_ name: String, _ text: String, mode: mode_t = 0o644) -> String {
    let file = open(self(name), O_WRONLY | O_CREAT | O_TRUNC, mode)
    precondition(file >= 0, "cannot write \(name)")
    let bytes = Array(text.utf8)
    precondition(bytes.isEmpty || Glibc.write(file, bytes, bytes.count) == bytes.count)
    close(file)
    chmod(self(name), mode)
    return self(name)
  }

  private static func remove(_ path: String) {
    if let folder = opendir(path) {
      while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name == "." || name == ".." { continue }
        let inner = "\(path)/\(name)"
        var status = stat()
        if lstat(inner, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
          remove(inner)
        } else {
          unlink(inner)
        }
      }
      closedir(folder)
    }
    rmdir(path)
  }
}
