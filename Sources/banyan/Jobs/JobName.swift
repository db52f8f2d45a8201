/// What jobs may be called: something that no other selector looks like.
enum JobName {
  /// The most characters.
  private static let maxCharacters = 128

  /// What is wrong with a name; nil: nothing.
  static func trouble(with name: String) -> String? {
    let count = name.unicodeScalars.count
    if count == 0 || count > maxCharacters { return "\(count) characters; a job's name has 1 to \(maxCharacters)" }
    if name.utf8.contains(UInt8(ascii: "/")) {
      return "'\(name)' has a slash, which stands between a job's name and a task's; leave it out"
    }
    if name.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return "'\(name)' is a number, as jobs have by themselves; give it a letter"
    }
    return nil
  }
}
