import Foundation

/// What was written of the journal: its files are made longer than that beforehand, filled with zeros.
enum JournalSize {
  static func bytes(in folder: String) throws -> Int {
    var sum = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: folder)
    where name.hasPrefix("journal-") && name.hasSuffix(".log") {
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
      sum += data.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
    }
    return sum
  }
}
