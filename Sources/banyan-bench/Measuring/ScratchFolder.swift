import Foundation

/// A folder on the disk that is measured, which goes with the value.
final class ScratchFolder {
  let path: String

  /// - Parameter place: where it is made; nil: the folder for temporary files.
  init(in place: String?) throws {
    let parent = place.map { URL(fileURLWithPath: $0) } ?? FileManager.default.temporaryDirectory
    let folder = parent.appendingPathComponent("banyan-bench-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.path
  }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
