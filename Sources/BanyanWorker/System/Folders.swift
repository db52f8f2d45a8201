import Glibc

/// Making folders, with those above them that are missing.
enum Folders {
  /// Makes a folder and those above it that are missing, for the owner alone. 0 is no error: nil then.
  static func make(_ path: String, mode: mode_t = 0o700) -> Int32? {
    if mkdir(path, mode) == 0 { return nil }
    let error = errno
    switch error {
    case EEXIST:
      var status = stat()
      guard stat(path, &status) == 0 else { return errno }
      return status.st_mode & S_IFMT == S_IFDIR ? nil : ENOTDIR
    case ENOENT:
      guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return error }
      if let above = make(String(path[..<slash]), mode: mode) { return above }
      return mkdir(path, mode) == 0 || errno == EEXIST ? nil : errno
    default:
      return error
    }
  }
}
