import BanyanCore
import BanyanJSON

/// A task's place in an array as a document: `{"name", "index", "max_running"?, "stop_after_failures"?}`.
enum ArrayDocument {
  private static let names = ["name", "index", "max_running", "stop_after_failures"]
  private static let limits: ClosedRange<Int64> = 1...Int64(Int32.max)

  static func read(_ node: JSONNode, with reader: inout FieldReader, at path: String) -> ArrayPlace? {
    var name: String?
    var index: Int64?
    var limits: (running: UInt32?, failures: UInt32?)
    reader.members(of: node, known: names, path) { reader, key, value in
      switch key {
      case "name": name = reader.text(value, TextRule(length: 1...256), "\(path).name")
      case "index": index = reader.integer(value, 0...TaskField.maxInteger, "\(path).index")
      case "max_running": limits.running = limit(value, &reader, "\(path).max_running")
      case "stop_after_failures": limits.failures = limit(value, &reader, "\(path).stop_after_failures")
      default: return false
      }
      return true
    }
    guard node.isObject else { return nil }
    if node["name"] == nil { reader.fail("\(path).name", "missing; give the array's name") }
    if node["index"] == nil { reader.fail("\(path).index", "missing; give the task's index in the array") }
    guard let name, let index else { return nil }
    return ArrayPlace(name: name, index: index, maxRunning: limits.running, stopAfterFailures: limits.failures)
  }

  private static func limit(_ node: JSONNode, _ reader: inout FieldReader, _ path: String) -> UInt32? {
    reader.integer(node, limits, path).map { UInt32(clamping: $0) }
  }
}

extension FieldValue {
  init(_ place: ArrayPlace) {
    var members: [(String, FieldValue)] = [("name", .text(place.name)), ("index", .integer(place.index))]
    if let limit = place.maxRunning { members.append(("max_running", .integer(Int64(limit)))) }
    if let limit = place.stopAfterFailures { members.append(("stop_after_failures", .integer(Int64(limit)))) }
    self = .object(of: members)
  }
}
