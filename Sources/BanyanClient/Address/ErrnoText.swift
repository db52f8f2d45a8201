import Glibc

/// The system's words for its error numbers.
package enum ErrnoText {
  /// As in "Connection refused", in small letters at the front.
  package static func of(_ code: CInt) -> String {
    // In glibc since 2.32 and in musl the text lies in the thread's own storage.
    guard let words = strerror(code) else { return "error \(code)" }
    let text = String(cString: words)
    guard let first = text.first else { return "error \(code)" }
    return first.lowercased() + text.dropFirst()
  }
}
