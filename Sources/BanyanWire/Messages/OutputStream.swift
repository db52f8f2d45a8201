import BanyanJSON

/// One of a task's two streams, or the index that says in which order they went on.
public enum OutputStream: String, Sendable, CaseIterable {
  /// Standard output.
  case stdout
  /// Standard error.
  case stderr
  /// Which stream went on when, and where: text, a line each, `TIME o|e OFFSET` behind a first line that names the
  /// format. Read like a stream.
  case index
}

extension JSONNode {
  func outputStream(_ key: StaticString) throws(MessageError) -> OutputStream {
    let word = try text(key)
    guard let stream = OutputStream(rawValue: word) else {
      throw MessageError(field: "\(key)", problem: word, remedy: "give stdout, stderr or index")
    }
    return stream
  }

  func base64(_ key: StaticString) throws(MessageError) -> [UInt8] {
    guard let bytes = Base64.bytes(of: try text(key)) else {
      throw MessageError(field: "\(key)", problem: "not base64", remedy: "give padded base64 (RFC 4648)")
    }
    return bytes
  }
}
