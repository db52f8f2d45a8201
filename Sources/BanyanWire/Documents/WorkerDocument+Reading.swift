import BanyanCore
import BanyanJSON

extension WorkerDocument {
  /// Reads the body of a POST: `{"worker_id", "address": {"ip", "port"}, "permissions"?}`.
  public static func registration(_ node: JSONNode) throws(Rejection) -> WorkerRegistration {
    var reader = FieldReader()
    var id: WorkerID?
    var address: WorkerAddress?
    var permissions = WorkerPermissions.all
    reader.members(of: node, known: ["worker_id", "address", "permissions"], "body") { reader, key, value in
      switch key {
      case "worker_id": id = reader.identifier(value, of: "a worker's user, or of a worker that was unregistered", key)
      case "address": address = self.address(value, &reader)
      case "permissions": permissions = self.permissions(value, &reader)
      default: return false
      }
      return true
    }
    if node.isObject {
      if node["worker_id"] == nil { reader.fail("worker_id", "missing; give the identifier of a worker's user") }
      if node["address"] == nil { reader.fail("address", "missing; give {\"ip\": ..., \"port\": ...}") }
    }
    try reader.check("the worker is not registered")
    guard let id, let address else { throw Rejection(.unprocessable, "the worker is not registered") }
    return WorkerRegistration(id: id, address: address, permissions: permissions)
  }

  /// Reads the body of a PATCH: `paused` with `note` and `until`, `draining`, `permissions`, `quarantined: false`.
  public static func change(_ node: JSONNode) throws(Rejection) -> WorkerChange {
    var reader = FieldReader()
    var change = WorkerChange()
    var paused: Bool?
    var pause = WorkerPause()
    let known = ["paused", "note", "until", "draining", "permissions", "quarantined"]
    reader.members(of: node, known: known, "body") { reader, key, value in
      switch key {
      case "paused": paused = reader.flag(value, key)
      case "note": pause.note = reader.text(value, TextRule(length: 1...1024), key)
      case "until": pause.until = reader.date(value, key)
      case "draining": change.draining = reader.flag(value, key)
      case "permissions": change.permissions = self.permissions(value, &reader)
      case "quarantined":
        switch reader.flag(value, key) {
        case false?: change.liftsQuarantine = true
        case true?: reader.fail(key, "true; only false can be given, which lifts it: to set a worker aside, pause it")
        case nil: break
        }
      default: return false
      }
      return true
    }
    if let paused { change.pause = .some(paused ? pause : nil) }
    for key in ["note", "until"] where paused != true && node[key] != nil {
      reader.fail(key, "only beside paused: true; leave it out")
    }
    try reader.check("the worker is not changed")
    return change
  }

  private static func address(_ node: JSONNode, _ reader: inout FieldReader) -> WorkerAddress? {
    var host: String?
    var port: Int64?
    reader.members(of: node, known: ["ip", "port"], "address") { reader, key, value in
      switch key {
      case "ip": host = reader.text(value, TextRule(length: 1...253), "address.ip")
      case "port": port = reader.integer(value, 0...65_535, "address.port")
      default: return false
      }
      return true
    }
    guard node.isObject else { return nil }
    if node["ip"] == nil { reader.fail("address.ip", "missing; give a host name or an IP address") }
    if node["port"] == nil { reader.fail("address.port", "missing; give a number from 0 to 65535") }
    guard let host, let port = port.flatMap(UInt16.init(exactly:)) else { return nil }
    return WorkerAddress(host: host, port: port)
  }

  private static func permissions(_ node: JSONNode, _ reader: inout FieldReader) -> WorkerPermissions {
    guard node.isArray else {
      reader.fail("permissions", node, "give a list of claim and report")
      return .all
    }
    var permissions: WorkerPermissions = []
    for (index, element) in node.elements.enumerated() {
      switch reader.word(element, ["claim", "report"], "permissions.\(index)") {
      case "claim": permissions.insert(.claim)
      case "report": permissions.insert(.report)
      default: break
      }
    }
    return permissions
  }
}
