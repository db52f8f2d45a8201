import BanyanCore
import BanyanWire
import Glibc

/// The environment that a task starts with: a small documented one, its own variables on top, and nothing else of the
/// worker's.
struct TaskEnvironment: Sendable {
  /// The variables that are the same for every task.
  private let common: TextMap

  /// - Parameters:
  ///   - own: the worker's own environment.
  ///   - passed: names in it that reach tasks too.
  ///   - hidesGPUs: there are GPUs, and a task that reserves none is to see none.
  init(own: TextMap, passed: [String], hidesGPUs: Bool = false) {
    var common: TextMap = [
      "PATH": own["PATH"] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "TMPDIR": own["TMPDIR"] ?? "/tmp",
    ]
    let account = Self.account()
    common["HOME"] = own["HOME"] ?? account?.home
    common["USER"] = own["USER"] ?? account?.name
    common["LANG"] = own["LANG"]
    if hidesGPUs { common["CUDA_VISIBLE_DEVICES"] = "" }
    for name in passed { common[name] = own[name] }
    self.common = common
  }

  /// The environment of an attempt, each `NAME=value`. What says whose the process is comes first and is nobody's to
  /// change: the worker finds by it what has left the process's session.
  func entries(for task: AssignedTask) -> [String] {
    var entries = ["\(AttemptMarker.task)=\(task.id)", "\(AttemptMarker.attempt)=\(task.claimNumber)"]
    var variables = common
    variables["BANYAN_TASK_NAME"] = task.fields.name
    variables["BANYAN_QUEUE"] = task.fields.queue
    variables["BANYAN_ARRAY_INDEX"] = task.fields.array.map { "\($0.index)" }
    for (name, value) in task.fields.environment { variables[name] = value }
    if !task.gpus.isEmpty {
      variables["CUDA_VISIBLE_DEVICES"] = task.gpus.map(String.init).joined(separator: ",")
      // Without it the library numbers the devices by speed, and number 0 is another one.
      variables["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
    }
    // Whatever a name means elsewhere, here it means this: a task may have been submitted by another one's process.
    variables["BANYAN_JOB"] = task.job.map { "\($0)" }
    variables["BANYAN_MEMBER"] = task.member.map { "\($0)" }
    for (name, value) in task.parameters { variables["BANYAN_PARAM_\(name)"] = value }
    variables[AttemptMarker.task] = nil
    variables[AttemptMarker.attempt] = nil
    for (name, value) in variables { entries.append("\(name)=\(value)") }
    return entries
  }

  private static func account() -> (name: String, home: String)? {
    guard let entry = getpwuid(getuid()) else { return nil }
    return (String(cString: entry.pointee.pw_name), String(cString: entry.pointee.pw_dir))
  }
}
