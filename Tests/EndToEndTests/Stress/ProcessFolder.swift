import Foundation

/// What `/proc` tells of a process.
struct ProcessFolder: Sendable {
  let pid: Int32

  /// All processes that run now.
  static var all: [ProcessFolder] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }.map(Self.init)
  }

  private func bytes(_ name: String) -> Data { FileManager.default.contents(atPath: "/proc/\(pid)/\(name)") ?? Data() }

  /// Its program and arguments.
  var command: [String] { bytes("cmdline").split(separator: 0).map { String(decoding: $0, as: UTF8.self) } }

  /// A text that stands in its environment.
  func environment(holds text: String) -> Bool { bytes("environ").range(of: Data(text.utf8)) != nil }

  /// What follows its name: state, parent and so on.
  private var stat: [Substring] {
    let text = String(decoding: bytes("stat"), as: UTF8.self)
    guard let bracket = text.lastIndex(of: ")") else { return [] }
    return text[text.index(after: bracket)...].split(separator: " ")
  }

  var isZombie: Bool { stat.first == "Z" }
  var parent: Int32? { stat.count > 1 ? Int32(stat[1]) : nil }

  /// How many descriptors it has open; nil: it is gone.
  var descriptors: Int? { try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count }

  /// Bytes that are resident and no file's: what it really takes.
  var memory: Int? {
    let words = String(decoding: bytes("statm"), as: UTF8.self).split(separator: " ")
    guard words.count > 2, let resident = Int(words[1]), let shared = Int(words[2]) else { return nil }
    return (resident - shared) * Int(getpagesize())
  }
}
