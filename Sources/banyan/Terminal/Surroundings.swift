import BanyanCore
import Glibc

/// What the process stands in: its variables and its folder.
struct Surroundings: Sendable {
  var environment: TextMap
  /// Names of variables whose values are not UTF-8: they can't travel.
  var unreadable: Set<CodePoints>
  /// Nil where the folder has gone.
  var workingDirectory: String?

  static func ofProcess() -> Surroundings {
    var pairs: [(String, String)] = []
    var unreadable: Set<CodePoints> = []
    var entry = environ
    while let bytes = entry.pointee {
      entry += 1
      if let text = String(validatingCString: bytes) {
        let scalars = text.unicodeScalars
        guard let sign = scalars.firstIndex(of: "=") else { continue }
        pairs.append((String(scalars[..<sign]), String(scalars[scalars.index(after: sign)...])))
      } else {
        unreadable.insert(CodePoints(String(String(cString: bytes).unicodeScalars.prefix { $0 != "=" })))
      }
    }
    let variables = TextMap(pairs)
    return Surroundings(environment: variables, unreadable: unreadable, workingDirectory: currentDirectory(variables))
  }

  /// The folder as the shell calls it, where that is the same folder: it may be a link that is there on each machine.
  private static func currentDirectory(_ variables: TextMap) -> String? {
    var here = stat()
    if let said = variables["PWD"], said.hasPrefix("/") {
      var there = stat()
      if stat(".", &here) == 0, stat(said, &there) == 0, here.st_ino == there.st_ino, here.st_dev == there.st_dev {
        return said
      }
    }
    guard let bytes = getcwd(nil, 0) else { return nil }
    defer { free(bytes) }
    return String(validatingCString: bytes)
  }

  /// The folder, or an error that says what to do.
  func requiredWorkingDirectory() throws -> String {
    guard let workingDirectory else {
      throw UsageError("the folder that this runs in is gone, or its name is not UTF-8; cd to another, or give --cwd")
    }
    return workingDirectory
  }

  /// A path as another process would need it.
  func absolute(_ path: String) throws -> String {
    if path.hasPrefix("/") { return path }
    let folder = try requiredWorkingDirectory()
    return folder.hasSuffix("/") ? folder + path : folder + "/" + path
  }
}
