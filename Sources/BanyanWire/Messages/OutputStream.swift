import BanyanJSON

/// One of a task's two streams, or the index that says in which order they went on.
public enum OutputStream: String, Sendable, CaseIterable {
  /// What the task wrote to standard output.
  case stdout
  /// What it wrote to standard error.
  case stderr
  /// Which stream went on when, and where: text, a line each, `TIME o|e OFFSET` behind a first line that names the
  /// format. Read like a stream.
  case index
}

extension MessageFields {
  func outputStream(_ key: StaticString) -> OutputStream {
    if let stream = node[key]?.string.flatMap(OutputStream.init(rawValue:)) { return stream }
    let remedy = "give \(OutputStream.allCases.map(\.rawValue).joined(separator: ", "))"
    if let word = node[key]?.string {
      fail("\(key)", "\(word.prefix(64)); \(remedy)")
    } else {
      fail(key, node[key], remedy)
    }
    return .stdout
  }

  func base64(_ key: StaticString) -> [UInt8] {
    let text = text(key)
    if let bytes = Base64.bytes(of: text) { return bytes }
    fail("\(key)", "not base64; give padded base64 (RFC 4648)")
    return []
  }
}
