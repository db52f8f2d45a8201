import Glibc

/// The variables that this process was started with.
enum ProcessEnvironment {
  /// All of them by name, as they are now.
  static func current() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let line = String(cString: text)
      if let sign = line.firstIndex(of: "=") {
        variables[String(line[..<sign])] = String(line[line.index(after: sign)...])
      }
      entry += 1
    }
    return variables
  }
}
