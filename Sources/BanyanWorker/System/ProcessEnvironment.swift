import BanyanCore
import Glibc

/// The variables that this process was started with.
enum ProcessEnvironment {
  /// All of them by name, as they are now.
  static func current() -> TextMap {
    var variables: [(String, String)] = []
    var entry = environ
    while let text = entry.pointee {
      // By scalars: an equals sign stays one whatever combines with it.
      let line = String(cString: text).unicodeScalars
      if let sign = line.firstIndex(of: "=") {
        variables.append((String(line[..<sign]), String(line[line.index(after: sign)...])))
      }
      entry += 1
    }
    return TextMap(variables)
  }
}
