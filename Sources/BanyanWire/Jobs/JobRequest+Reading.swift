import BanyanCore
import BanyanJSON

extension JobRequest {
  /// Its members on the wire.
  static let names = ["name", "labels", "defaults", "tasks", "resume"]

  /// Reads a document; throws all that is wrong with it at once, by paths as `tasks.3.matrix.lr`.
  /// - Parameters:
  ///   - node: the document.
  ///   - path: where it stands in the whole of what was sent: `job` in a message.
  public init(_ node: JSONNode, at path: String = "") throws(Rejection) {
    guard node.isObject else {
      throw .field(path.isEmpty ? "body" : path, "\(node.kindName); give an object, a job with its tasks")
    }
    if let tasks = node["tasks"], tasks.isArray, tasks.count > TaskDocument.maxTasks {
      throw Rejection(
        .tooLarge, "\(tasks.count) families; at most \(TaskDocument.maxTasks) are made by one request")
    }
    self.init()
    var reader = FieldReader()
    read(node, &reader)
    var outer = FieldReader()
    outer.merge(reader, in: path)
    try outer.check("no job is made")
    remarks = PlaceholderRemarks.remarks(on: families)
  }

  private mutating func read(_ node: JSONNode, _ reader: inout FieldReader) {
    let defaults = FamilyDefaults(node["defaults"], &reader)
    for (key, value) in node.members where !reader.isFull {
      switch key {
      case "name": name = JobName.read(value, &reader, key)
      case "labels": labels = reader.map(value, .labels, key) ?? labels
      case "resume":
        resumes = reader.integer(value, 1...TaskField.maxInteger, key).map { JobNumber(UInt64($0)) }
      case "tasks": readFamilies(value, defaults, &reader)
      case "defaults": break
      default: reader.unknown(key, among: Self.names, in: "")
      }
    }
    if node["tasks"] == nil { reader.fail("tasks", "missing; \(Self.tasksRemedy)") }
  }

  private static let tasksRemedy = "give a list of the job's tasks, each of them a single one or a family"

  private mutating func readFamilies(_ node: JSONNode, _ defaults: FamilyDefaults, _ reader: inout FieldReader) {
    guard node.isArray else { return reader.fail("tasks", node, Self.tasksRemedy) }
    guard node.count > 0 else { return reader.fail("tasks", "empty; \(Self.tasksRemedy)") }
    families.reserveCapacity(node.count)
    var total = 0
    for (place, element) in node.elements.enumerated() where !reader.isFull {
      var inner = FieldReader()
      let family = FamilyReading.read(element, defaults, &inner)
      reader.merge(inner, in: "tasks.\(place)")
      // What is too large alone is told there.
      let count = family.parameters.map { $0.count ?? 0 } ?? 1
      if count <= ParametersReading.maxTasks { total += count }
      families.append(family)
    }
    if total > ParametersReading.maxTasks {
      reader.fail("tasks", "\(total) tasks in all; a job has at most \(ParametersReading.maxTasks)")
    }
  }
}
