/// The arguments of the process, byte for byte.
enum TypedArguments {
  /// Swift's own list repairs what is not UTF-8; a task would then get other bytes than were typed. Here they are
  /// refused.
  static func ofProcess() throws -> [String] {
    var arguments: [String] = []
    for place in 1..<max(1, Int(CommandLine.argc)) {
      guard let bytes = CommandLine.unsafeArgv[place] else { break }
      guard let text = String(validatingCString: bytes) else {
        throw UsageError(
          "argument \(place) ('\(String(cString: bytes))') is not UTF-8; give a task such bytes by a file")
      }
      arguments.append(text)
    }
    return arguments
  }
}
