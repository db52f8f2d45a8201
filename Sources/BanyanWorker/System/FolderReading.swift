import Glibc

/// Reading what is in folders, without Foundation.
enum FolderReading {
  /// The names in a folder, but for itself and the one above; none where it can't be read.
  static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    return names(in: folder)
  }

  /// The same of a folder that is open.
  static func names(in folder: OpaquePointer) -> [String] {
    var names: [String] = []
    while let entry = readdir(folder) {
      // In its place: the field is declared as 256 bytes, and a copy of it would read beyond what there is of a short name.
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
