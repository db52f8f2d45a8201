import BanyanWire

/// The header `Authorization`: `Basic base64("TOKEN:")` or `Bearer TOKEN`.
enum Authorization {
  /// The token of a header's value; nil: there is none that can be read.
  static func token(_ header: String) -> String? {
    let parts = header.trimmed.split(separator: " ", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    let value = parts[1].trimmed
    switch parts[0].lowercased() {
    case "bearer": return value.isEmpty ? nil : value
    case "basic":
      guard let bytes = Base64.bytes(of: value), let text = String(validating: bytes, as: UTF8.self) else { return nil }
      // The token as user name and an empty password, the colon included.
      guard text.last == ":", text.firstIndex(of: ":") == text.index(before: text.endIndex) else { return nil }
      return String(text.dropLast())
    default: return nil
    }
  }
}
