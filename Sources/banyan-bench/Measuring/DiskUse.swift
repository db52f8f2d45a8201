import Foundation

/// How much room a folder takes on the disk.
enum DiskUse {
  /// Bytes that its files take on the disk: preallocated room counts, holes don't.
  static func bytes(of folder: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: folder).reduce(0) { sum, name in
      var status = stat()
      guard lstat("\(folder)/\(name)", &status) == 0 else { return sum }
      return sum + Int(status.st_blocks) * 512
    }
  }
}
