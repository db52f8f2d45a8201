import BanyanCore
import BanyanJSON
import BanyanWire

/// Whether workers that are known could ever run a task, and have room for it now.
enum WorkerFit {
  /// What is missing, in words; nil where some worker has it all (or nobody is known to say).
  /// - Parameters:
  ///   - form: as flags or a graph give it.
  ///   - workers: as the server lists them.
  static func trouble(_ form: TaskForm, among workers: [JSON]) -> String? {
    guard let words = nearest(form, among: workers) else { return nil }
    return "no worker that is known could run it; the nearest lacks \(words)"
  }

  /// What the nearest worker lacks; nil where some worker has it all, or none is known.
  static func nearest(_ form: TaskForm, among workers: [JSON]) -> String? {
    let offers = staying(workers).compactMap { $0["resources"] }
    guard !offers.isEmpty else { return nil }
    var nearest: [Shortage] = []
    for offer in offers {
      let missing = missing(form, in: offer)
      if missing.isEmpty { return nil }
      if nearest.isEmpty || distance(missing) < distance(nearest) { nearest = missing }
    }
    return nearest.map(\.words).joined(separator: " and ")
  }

  /// The workers that could run it, and whether each has room for it now.
  static func fitting(_ form: TaskForm, among workers: [JSON]) -> [(name: String, isFree: Bool)] {
    staying(workers).compactMap { worker in
      guard let offer = worker["resources"], missing(form, in: offer).isEmpty else { return nil }
      let takesNothing = ["paused", "draining", "quarantined"].contains { worker[$0]?.bool == true }
      let isAway = worker["connected"]?.bool == false
      let isFree = !takesNothing && !isAway && missing(form, in: rest(of: offer, worker["reserved"])).isEmpty
      return (worker["name"]?.string ?? "", isFree)
    }
  }

  private static func staying(_ workers: [JSON]) -> [JSON] { workers.filter { $0["unregistering"]?.bool != true } }

  /// What of an offer nobody holds.
  private static func rest(of offer: JSON, _ reserved: JSON?) -> JSON {
    var rest = offer.object ?? [:]
    for name in ["cpu_cores", "cpu_memory_bytes"] {
      if let offered = offer[name]?.integer { rest[name] = .integer(offered - (reserved?[name]?.integer ?? 0)) }
    }
    let held = Set((reserved?["gpus"]?.array ?? []).compactMap { $0["ordinal"]?.integer ?? $0.integer })
    if let gpus = offer["gpus"]?.array {
      rest["gpus"] = .array(gpus.filter { gpu in !(gpu["ordinal"]?.integer.map(held.contains) ?? false) })
    }
    if let custom = offer["custom"]?.object {
      var left: JSONObject = [:]
      for (name, count) in custom {
        left[name] = .integer((count.integer ?? 0) - (reserved?["custom"]?[name]?.integer ?? 0))
      }
      rest["custom"] = .object(left)
    }
    return .object(rest)
  }

  /// What a worker has too little of.
  private struct Shortage {
    var words: String
    /// How many times more is wanted than is there.
    var factor: Double
  }

  /// The number of things that are short, then by how much.
  private static func distance(_ missing: [Shortage]) -> (Int, Double) {
    (missing.count, missing.reduce(0) { $0 + $1.factor })
  }

  private static func missing(_ form: TaskForm, in offer: JSON) -> [Shortage] {
    var missing: [Shortage] = []
    func compare(_ name: String, _ wanted: Int64, _ offered: Int64, _ text: (Int64) -> String = { "\($0)" }) {
      guard wanted > offered else { return }
      let words = "\(name) (\(text(wanted)) wanted, \(text(offered)) there)"
      missing.append(Shortage(words: words, factor: Double(wanted) / max(Double(offered), 0.5)))
    }
    let needs = TaskNeeds(form)
    compare("cores", needs.cores, offer["cpu_cores"]?.integer ?? 0)
    compare("memory", needs.memory, offer["cpu_memory_bytes"]?.integer ?? 0, ByteCount.text)
    let fitting = (offer["gpus"]?.array ?? []).count { ($0["memory_bytes"]?.integer ?? 0) >= needs.gpuMemory }
    compare("GPUs", needs.gpus, Int64(fitting))
    for (name, count) in form.custom { compare(name, count.integer ?? 1, offer["custom"]?[name]?.integer ?? 0) }
    return missing
  }
}

/// What a task reserves, in numbers, whether flags gave it so or a graph as a text.
struct TaskNeeds {
  var cores: Int64
  var memory: Int64
  var gpus: Int64
  var gpuMemory: Int64
  var custom: JSONObject

  init(_ form: TaskForm) {
    cores = form.resources["cores"]?.integer ?? form.resources["cpu_cores"]?["count"]?.integer ?? 1
    memory =
      Self.bytes(form.resources["memory"] ?? form.resources["cpu_memory_bytes"]) ?? ResourceRequest.defaultMemoryBytes
    gpus = form.resources["gpus"]?.integer ?? form.resources["gpu_count"]?.integer ?? 0
    gpuMemory = Self.bytes(form.resources["gpu_memory"] ?? form.resources["gpu_memory_bytes"]) ?? 0
    custom = form.custom
  }

  private static func bytes(_ value: JSON?) -> Int64? {
    value?.integer ?? value?.string.flatMap { try? ByteCount.parse($0) }
  }

  /// In a few words, as in `2 cores, 1 GiB`.
  var words: String {
    var words = [cores == 1 ? "1 core" : "\(cores) cores"]
    words.append(ByteCount.text(memory))
    if gpus > 0 { words.append(gpus == 1 ? "1 GPU" : "\(gpus) GPUs") }
    for (name, count) in custom { words.append("\(count.integer ?? 1) \(name)") }
    return words.joined(separator: ", ")
  }
}
