import Glibc

/// The folders in which graphs leave their results.
enum OutputFolder {
  static func make(_ path: String) throws {
    do {
      try FolderMaking.make(path)
    } catch {
      throw UsageError("the output folder \(path) can't be made: \(error)")
    }
  }

  /// The same graph twice is refused; two graphs that write into one folder are told of.
  static func check(_ graphs: [Graph]) throws {
    var files: Set<String> = []
    for graph in graphs where !files.insert(graph.file).inserted {
      throw UsageError("\(graph.file) is given twice; its tasks would write the same files at once")
    }
    var outputs: [String: String] = [:]
    for graph in graphs {
      guard let output = graph.output else { continue }
      if let other = outputs[output] {
        Output.complaint("\(other) and \(graph.file) both leave their results in \(output)")
      }
      outputs[output] = graph.file
    }
  }

  /// A folder that this process works in, until it ends or lets go of it.
  final class Claim {
    private let descriptor: Int32

    fileprivate init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
  }

  /// Claims a folder for this run; nil where its file system knows no such thing.
  static func claim(_ path: String) throws -> Claim? {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return Claim(descriptor) }
    let isTaken = errno == EWOULDBLOCK
    close(descriptor)
    guard isTaken else { return nil }
    throw UsageError(
      "another `banyan run` leaves its results in \(path); wait for it, or give this graph another `output:`")
  }
}
