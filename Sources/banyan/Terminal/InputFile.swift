import Glibc

/// Files that a person names on the command line; `-` is standard input.
enum InputFile {
  /// More than any graph or list of arguments that a request could carry, in bytes.
  private static let maxBytes = 64 << 20

  /// The text of a file.
  static func text(_ path: String) throws -> String {
    let file = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw NotFound("\(path): \(words(errno))") }
    defer { if file != 0 { close(file) } }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = chunk.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw NotFound("\(path): \(words(errno))")
      }
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= maxBytes else { throw UsageError("\(path): more than \(maxBytes >> 20) MiB") }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let place = TextPlace(of: lengthOfUTF8(bytes), in: bytes)
      throw UsageError(
        "\(path):\(place.line):\(place.column): the bytes here are not UTF-8; write the file anew in UTF-8 (iconv does)"
      )
    }
    return text
  }

  /// How many bytes from the beginning are UTF-8.
  static func lengthOfUTF8(_ bytes: [UInt8]) -> Int {
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    var length = 0
    while case .valid(let encoded) = parser.parseScalar(from: &rest) { length += encoded.count }
    return length
  }

  /// Whether a file begins as a script does, with `#!`.
  static func isScript(_ path: String) -> Bool {
    var state = stat()
    // Only what can be read again: not a pipe.
    guard stat(path, &state) == 0, state.st_mode & S_IFMT == S_IFREG else { return false }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    var head = [UInt8](repeating: 0, count: 2)
    return head.withUnsafeMutableBytes { read(file, $0.baseAddress, 2) } == 2 && head == Array("#!".utf8)
  }

  /// Its lines, without their ends. Only a line feed ends one: a carriage return belongs to the line.
  static func lines(_ path: String) throws -> [String] { lines(of: try text(path)) }

  static func lines(of text: String) -> [String] {
    // By bytes: to a string, a carriage return and a line feed are one character.
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private static func words(_ code: Int32) -> String {
    switch code {
    case ENOENT: "there is no such file"
    case EACCES: "it may not be read"
    case EISDIR: "it is a folder"
    default: strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
  }
}
