import BanyanCore
import BanyanWire
import Synchronization

@testable import BanyanWorker

/// Identifiers and orders for tests.
enum Sample {
  private static let counter = Atomic<UInt64>(1)

  static func task() -> TaskID {
    TaskID(seconds: 0x5A00_0000, rest: counter.wrappingAdd(1, ordering: .relaxed).newValue)
  }

  static func key(_ claimNumber: Int64 = 1) -> AttemptKey { AttemptKey(task: task(), claimNumber: claimNumber) }

  /// An order to run arguments; its logs and fresh folder lie in `folder`.
  static func order(
    _ arguments: [String], in folder: String, key: AttemptKey = Sample.key(), environment: TextMap = [:],
    change: (inout StartOrder) -> Void = { _ in }
  ) -> StartOrder {
    var task = assigned(.program(arguments), key: key)
    task.fields.environment = environment
    var order = StartOrder(
      task, environment: TaskEnvironment(own: ["PATH": "/usr/bin:/bin", "HOME": "/", "USER": "u"], passed: []),
      logs: "\(folder)/logs", work: "\(folder)/work")
    change(&order)
    return order
  }

  static func shell(
    _ command: String, in folder: String, key: AttemptKey = Sample.key(), change: (inout StartOrder) -> Void = { _ in }
  ) -> StartOrder {
    order(["/bin/sh", "-c", command], in: folder, key: key, change: change)
  }

  static func assigned(_ work: Work, key: AttemptKey = Sample.key()) -> AssignedTask {
    var fields = TaskFields()
    fields.work = work
    fields.resources = ResourceRequest()
    return AssignedTask(
      id: key.task, owner: "ann", fields: fields, token: "\(key.claimNumber).secret-\(key.task)", attemptCount: 1,
      claimNumber: key.claimNumber)
  }
}
