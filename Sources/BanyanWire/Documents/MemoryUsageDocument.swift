import BanyanCore
import BanyanJSON

/// What a worker that speaks REST says of a task's memory: the body of a POST to `/memory_usage`.
public struct MemoryUsageDocument: Sendable {
  /// The task whose running attempt was measured.
  public var task: TaskID
  /// When it was measured, milliseconds since 1970 on the worker's clock.
  public var time: Int64
  /// What it uses: resident and, if known, virtual memory, in bytes.
  public var usage: AttemptUsage

  /// All members that a body may have; another one is refused.
  public static let names = ["task", "time", "resident_memory_bytes", "virtual_memory_bytes"]

  /// Reads a body; throws with all that is wrong with it.
  public init(_ node: JSONNode) throws(Rejection) {
    var reader = FieldReader()
    var task: TaskID?
    var time: Int64?
    var usage = AttemptUsage()
    let integers = 0...TaskField.maxInteger
    reader.members(of: node, known: Self.names, "body") { reader, key, value in
      switch key {
      case "task": task = reader.identifier(value, of: "a task", key)
      case "time": time = reader.date(value, key)
      case "resident_memory_bytes": usage.residentMemoryBytes = reader.integer(value, integers, key)
      case "virtual_memory_bytes": usage.virtualMemoryBytes = reader.integer(value, integers, key)
      default: return false
      }
      return true
    }
    if node.isObject {
      if node["task"] == nil { reader.fail("task", "missing; give the identifier of a task that runs") }
      if node["time"] == nil { reader.fail("time", "missing; \(DateForm.remedy)") }
      if node["resident_memory_bytes"] == nil { reader.fail("resident_memory_bytes", "missing; give bytes") }
    }
    try reader.check("the memory usage is not taken")
    guard let task, let time else { throw Rejection(.unprocessable, "the memory usage is not taken") }
    self.task = task
    self.time = time
    self.usage = usage
  }
}
