import BanyanCore
import BanyanJSON

/// What a job may be called: 1 to 128 characters, not digits alone (a number of a job), and without `/`, which stands
/// between a job's name and a task's.
enum JobName {
  static let rule = TextRule(length: 1...128)

  static func read(_ node: JSONNode, _ reader: inout FieldReader, _ path: String) -> String? {
    guard let name = reader.text(node, rule, path) else { return nil }
    if name.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
      reader.fail(path, "digits alone, which is how a job's number looks; put a letter in it")
    } else if name.utf8.contains(UInt8(ascii: "/")) {
      reader.fail(path, "it has a / in it, which stands between the names of a job and of a task; leave it out")
    } else {
      return name
    }
    return nil
  }
}
