import BanyanJSON

/// What a keeper tells its worker, a JSON line each.
enum KeeperEvent: Sendable, Hashable {
  /// All that it holds, once a worker has attached.
  case holding(Holding)
  /// The attempt's process was started.
  case started(AttemptKey, ProcessStart)
  /// The attempt ended, and nothing of its tree is left. It is kept until it is forgotten.
  case ended(AttemptKey, AttemptEnding)
  /// An order could not be carried out, in words.
  case trouble(String)

  /// All that a keeper holds.
  struct Holding: Sendable, Hashable {
    /// The worker's own, or the former one's where attempts still run.
    var instance: String
    /// Attempts that run, or whose ends are not yet acknowledged.
    var attempts: [HeldAttempt]
    /// What the worker had ordered and does not stand here has not begun. Keepers of older versions can't tell.
    var isComplete = false
    /// How many attempts it has room for at once; nil: it doesn't say.
    var maxTasks: Int64?
  }
}

/// What is known of an attempt's start.
struct ProcessStart: Sendable, Hashable {
  /// Its main process; nil: the keeper was killed as it began, and nobody knows whether it did.
  var pid: Int32?
  /// When that started, in clock ticks since the machine did: with the number it names the process for good.
  var startTicks: UInt64?
  /// When the process was started, in milliseconds since 1970.
  var timeStarted: Int64
  /// The folder that it runs in. Absolute.
  var workingDirectory: String
  /// The folder of the control group in which it runs, if it has one of its own.
  var controlGroup: String?
}

/// An attempt in a keeper's hands.
struct HeldAttempt: Sendable, Hashable {
  /// The order without program and environment.
  var order: StartOrder
  /// How its process began; nil: it never ran.
  var start: ProcessStart?
  /// How it ended; nil: it still runs.
  var ending: AttemptEnding?
}

extension ProcessStart {
  init(_ node: JSONNode) throws(KeeperError) {
    guard let pid = node["pid"]?.integer, let time = node["time_started"]?.integer,
      let folder = node["runs_in"]?.string
    else { throw KeeperError("a start has pid, time_started and runs_in") }
    self.init(
      pid: pid > 0 ? Int32(clamping: pid) : nil, startTicks: node["start_ticks"]?.integer.map(UInt64.init(clamping:)),
      timeStarted: time, workingDirectory: folder, controlGroup: node["control_group"]?.string)
  }

  func write(to object: inout JSONObjectWriter) {
    object.set("pid", Int64(pid ?? 0))
    object.set("start_ticks", ifPresent: startTicks.map(Int64.init(clamping:)))
    object.set("time_started", timeStarted)
    object.set("runs_in", workingDirectory)
    object.set("control_group", ifPresent: controlGroup)
  }
}

extension KeeperEvent {
  init(_ node: JSONNode) throws(KeeperError) {
    switch node["event"]?.string {
    case "holding":
      guard let instance = node["instance"]?.string, let list = node["attempts"] else {
        throw KeeperError("holding has an instance and attempts")
      }
      var attempts: [HeldAttempt] = []
      for one in list.elements {
        guard let order = one["order"] else { throw KeeperError("a held attempt has its order") }
        var held = HeldAttempt(order: try StartOrder(order))
        if let start = one["start"] { held.start = try ProcessStart(start) }
        if let ending = one["ending"] { held.ending = try AttemptEnding(ending) }
        attempts.append(held)
      }
      self = .holding(
        Holding(
          instance: instance, attempts: attempts, isComplete: node["complete"]?.bool ?? false,
          maxTasks: node["most_tasks"]?.integer))
    case "started": self = .started(try AttemptKey(node), try ProcessStart(node))
    case "ended": self = .ended(try AttemptKey(node), try AttemptEnding(node))
    case "trouble": self = .trouble(node["message"]?.string ?? "")
    case let other: throw KeeperError("unknown event \(other ?? "(none)")")
    }
  }

  /// Appends the event and a newline.
  func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { object in
      switch self {
      case .holding(let holding):
        object.set("event", "holding")
        object.set("version", KeeperLink.version)
        object.set("instance", holding.instance)
        object.set("complete", holding.isComplete)
        object.set("most_tasks", ifPresent: holding.maxTasks)
        object.array("attempts") { list in
          for held in holding.attempts {
            list.object { one in
              one.object("order") { held.order.write(to: &$0) }
              if let start = held.start { one.object("start") { start.write(to: &$0) } }
              if let ending = held.ending { one.object("ending") { ending.write(to: &$0) } }
            }
          }
        }
      case .started(let key, let start):
        object.set("event", "started")
        key.write(to: &object)
        start.write(to: &object)
      case .ended(let key, let ending):
        object.set("event", "ended")
        key.write(to: &object)
        ending.write(to: &object)
      case .trouble(let message):
        object.set("event", "trouble")
        object.set("message", message)
      }
    }
    buffer.append(UInt8(ascii: "\n"))
  }
}
