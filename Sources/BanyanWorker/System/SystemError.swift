import Glibc

/// What the system says of its errors.
enum SystemError {
  /// The system's words for an error number, without a capital.
  static func words(_ error: Int32) -> String {
    var words = String(cString: strerror(error))
    if let first = words.first { words.replaceSubrange(words.startIndex...words.startIndex, with: first.lowercased()) }
    return words
  }
}
