import BanyanCore
import FoundationEssentials

/// Folders that are made on the way.
enum FolderMaking {
  /// Makes a folder and those above it; one that is there is right too.
  static func make(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// A fresh folder for its owner alone.
  static func makeTemporary(prefix: String, environment: TextMap) throws -> String {
    let parent = environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    let path = "\(parent)/\(prefix)-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return path
  }

  /// Removes a folder and all in it.
  static func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }
}
