import BanyanJSON

/// What a worker tells its keeper, a JSON line each.
enum KeeperOrder: Sendable, Hashable {
  /// The first: who it is. Answered by ``KeeperEvent/holding(_:)``.
  case attach(instance: String)
  /// Run an attempt. Answered by started, or ended.
  case start(StartOrder)
  /// SIGTERM now, SIGKILL after the grace. Again: may shorten the grace; 0 kills at once.
  case end(AttemptKey, graceMilliseconds: Int64, cause: AttemptEnding.Cause)
  /// The server has acknowledged the ends of these (or wants to hear nothing of them).
  case forget([AttemptKey])
  /// The server answered a message that was sent at a moment of the boot clock; leases are so long.
  case heard(sentAt: Int64, leaseMilliseconds: Int64)
}

extension KeeperOrder {
  init(_ node: JSONNode) throws(KeeperError) {
    switch node["order"]?.string {
    case "attach":
      guard let instance = node["instance"]?.string else { throw KeeperError("attach names the instance") }
      self = .attach(instance: instance)
    case "start": self = .start(try StartOrder(node))
    case "end":
      guard let grace = node["grace"]?.integer, grace >= 0 else {
        throw KeeperError("end has a grace of 0 or more milliseconds")
      }
      guard let cause = node["cause"]?.string.flatMap(AttemptEnding.Cause.init(rawValue:)) else {
        throw KeeperError("end has a cause")
      }
      self = .end(try AttemptKey(node), graceMilliseconds: grace, cause: cause)
    case "forget":
      guard let list = node["attempts"], list.isArray else { throw KeeperError("forget lists attempts") }
      var keys: [AttemptKey] = []
      for one in list.elements { keys.append(try AttemptKey(one)) }
      self = .forget(keys)
    case "heard":
      guard let sentAt = node["sent_at"]?.integer, let lease = node["lease"]?.integer, lease > 0 else {
        throw KeeperError("heard has sent_at and a lease, in milliseconds")
      }
      self = .heard(sentAt: sentAt, leaseMilliseconds: lease)
    case let other: throw KeeperError("unknown order \(other ?? "(none)")")
    }
  }

  /// Appends the order and a newline.
  func encode(into buffer: inout [UInt8]) {
    JSONText.object(into: &buffer) { object in
      switch self {
      case .attach(let instance):
        object.set("order", "attach")
        object.set("version", KeeperLink.version)
        object.set("instance", instance)
      case .start(let order):
        object.set("order", "start")
        order.write(to: &object)
      case .end(let key, let grace, let cause):
        object.set("order", "end")
        key.write(to: &object)
        object.set("grace", grace)
        object.set("cause", cause.rawValue)
      case .forget(let keys):
        object.set("order", "forget")
        object.array("attempts") { list in
          for key in keys { list.object { key.write(to: &$0) } }
        }
      case .heard(let sentAt, let lease):
        object.set("order", "heard")
        object.set("sent_at", sentAt)
        object.set("lease", lease)
      }
    }
    buffer.append(UInt8(ascii: "\n"))
  }
}
