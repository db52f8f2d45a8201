import FoundationEssentials

/// Files that a person names on the command line; `-` is standard input.
enum InputFile {
  /// The text of a file.
  static func text(_ path: String) throws -> String {
    let bytes: Data
    do {
      bytes = path == "-" ? try standardInput() : try Data(contentsOf: URL(filePath: path))
    } catch {
      throw NotFound("\(path): \(reason(error))")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw UsageError("\(path): it is not UTF-8")
    }
    return text
  }

  /// Its lines, without their ends.
  static func lines(_ path: String) throws -> [String] {
    let text = try text(path)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      // In Swift a carriage return and a line feed are one character, which the split has not met.
      String(line)
    }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private static func standardInput() throws -> Data { try Data(contentsOf: URL(filePath: "/dev/stdin")) }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    switch error.code {
    case .fileReadNoSuchFile: return "there is no such file"
    case .fileReadNoPermission: return "it may not be read"
    default: return "it can't be read (\(error.code.rawValue))"
    }
  }
}
