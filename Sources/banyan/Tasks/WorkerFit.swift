import BanyanClient
import BanyanCore
import BanyanJSON
import BanyanWire

/// Whether any known worker could ever run a task: told at once, because it would wait in silence.
enum WorkerFit {
  /// What is missing, in words; nil where some worker has it all (or nobody is known to say).
  /// - Parameters:
  ///   - form: with its resources as numbers, as flags give them.
  ///   - workers: as the server lists them.
  static func trouble(_ form: TaskForm, among workers: [JSON]) -> String? {
    let offers = workers.filter { $0["unregistering"]?.bool != true }.compactMap { $0["resources"] }
    guard !offers.isEmpty else { return nil }
    var nearest: [Shortage] = []
    for offer in offers {
      let missing = missing(form, in: offer)
      if missing.isEmpty { return nil }
      if nearest.isEmpty || distance(missing) < distance(nearest) { nearest = missing }
    }
    let words = nearest.map(\.words).joined(separator: " and ")
    return "no worker that is known could run it; the nearest lacks \(words)"
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
    compare("cores", form.resources["cores"]?.integer ?? 1, offer["cpu_cores"]?.integer ?? 0)
    compare(
      "memory", form.resources["memory"]?.integer ?? ResourceRequest.defaultMemoryBytes,
      offer["cpu_memory_bytes"]?.integer ?? 0, ByteCount.text)
    let large = form.resources["gpu_memory"]?.integer ?? 0
    let fitting = (offer["gpus"]?.array ?? []).count { ($0["memory_bytes"]?.integer ?? 0) >= large }
    compare("GPUs", form.resources["gpus"]?.integer ?? 0, Int64(fitting))
    for (name, count) in form.custom { compare(name, count.integer ?? 1, offer["custom"]?[name]?.integer ?? 0) }
    return missing
  }
}
