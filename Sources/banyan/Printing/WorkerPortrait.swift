import BanyanJSON
import BanyanTerminal
import BanyanWire

/// A worker for a person: what it is, what it offers, holds and uses, and why it is set aside.
struct WorkerPortrait {
  let item: JSON
  let now: Int64

  private static let told: Set<String> = [
    "_id", "_created", "_updated", "name", "connected", "paused", "draining", "quarantined", "unregistering",
    "resources", "reserved", "used", "note", "quarantine_reason", "paused_until", "ends_at", "round_trip_milliseconds",
    "address", "worker_id",
  ]

  func portrait() -> Portrait {
    var portrait = Portrait()
    let (state, style) = WorkerTable.state(item)
    let (offered, reserved) = (item["resources"], item["reserved"])
    portrait.add("worker", item["name"]?.string, .strong)
    portrait.add("state", state, style)
    portrait.add("note", WorkerTable.note(item, now: now))
    portrait.add("cores", WorkerTable.share(reserved?["cpu_cores"], offered?["cpu_cores"]) { "\($0)" })
    portrait.add(
      "memory", WorkerTable.share(reserved?["cpu_memory_bytes"], offered?["cpu_memory_bytes"], ByteCount.text))
    portrait.add("GPUs", WorkerTable.gpus(reserved, offered))
    for gpu in offered?["gpus"]?.array ?? [] {
      let memory = gpu["memory_bytes"]?.integer.map { ", \(ByteCount.text($0))" } ?? ""
      portrait.add("", "\(gpu["ordinal"]?.integer ?? 0): \(gpu["model"]?.string ?? "GPU")\(memory)")
    }
    for (name, count) in offered?["custom"]?.object ?? [:] {
      portrait.add(name, "\(reserved?["custom"]?[name]?.integer ?? 0) of \(count)")
    }
    portrait.add("really used", WorkerTable.used(item["used"]))
    portrait.add("address", address)
    portrait.add("round trip", WorkerTable.trip(item))
    portrait.add("registered", TimeWords.moment(item["_created"]).map(time))
    for (key, value) in item.object ?? [:] where !Self.told.contains(key) {
      portrait.add(key.replacing("_", with: " "), text(key, value))
    }
    portrait.add("id", item["_id"]?.string, .faint)
    return portrait
  }

  private var address: String? {
    guard let ip = item["address"]?["ip"]?.string else { return nil }
    return item["address"]?["port"]?.integer.map { "\(ip) port \($0)" } ?? ip
  }

  private func time(_ moment: Int64) -> String {
    "\(TimeWords.short(moment, now: now, hasSeconds: true)) (\(TimeWords.ago(moment, now: now)))"
  }

  private func text(_ key: String, _ value: JSON) -> String {
    if let moment = TimeWords.moment(value) { return time(moment) }
    if let number = value.integer {
      if key.hasSuffix("_milliseconds") { return TimeSpan.text(number) }
      if key.hasSuffix("_bytes") { return ByteCount.text(number) }
    }
    if let list = value.array { return list.map { $0.string ?? "\($0)" }.joined(separator: ", ") }
    return value.string ?? "\(value)"
  }
}
