import BanyanCore
import BanyanJSON

/// What a job may be called: 1 to 128 characters, not digits alone (a number of a job), and without `/`, which stands
/// between a job's name and a task's.
enum JobName {
  static let rule = TextRule(length: 1...128)

  static func read(_ node: JSONNode, _ reader: inout FieldReader, _ path: String) -> String? {
    guard let name = reader.text(node, rule, path) else { return nil }
    guard let trouble = JobSpec.trouble(withName: name) else { return name }
    reader.fail(path, trouble)
    return nil
  }
}
