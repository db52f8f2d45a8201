import BanyanCore
import Synchronization

/// A number that stands for values as they are, in every process: FNV-1a over what their mirrors show, the pairs of
/// dictionaries and the members of sets sorted, whose order no two processes share.
package struct Digest: Sendable {
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  /// The number for all that was added so far.
  package var value: UInt64 { hash }

  /// All that happens with a seed: every command's events, answer and orders, or its refusal.
  package static func of(seed: UInt64, steps: Int) -> UInt64 {
    let digest = Mutex(Digest())
    var simulation = Simulation(seed: seed) { _, time, result in
      digest.withLock { digest in
        digest.add(time)
        switch result {
        case .success(let outcome):
          digest.add(outcome.events)
          digest.add(outcome.answer)
          digest.add(outcome.cancellations)
        case .failure(let rejection): digest.add(rejection)
        }
      }
    }
    let failure = simulation.run(0..<steps)
    return digest.withLock { digest in
      digest.add(failure ?? "")
      return digest.value
    }
  }

  package mutating func add(_ value: Any) {
    if let spec = value as? TaskSpec {
      add(spec.owner)
      return add(spec.fields)
    }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .dictionary, .set:
      let parts = mirror.children.map { child in
        var part = Digest()
        part.add(child.value)
        return part.hash
      }
      for part in parts.sorted() { mix("\(part)") }
    case nil: mix("\(value)")
    case .enum where mirror.children.isEmpty: mix("\(value)")
    default:
      mix("\(mirror.children.count)")
      for child in mirror.children {
        mix(child.label ?? "")
        add(child.value)
      }
    }
  }

  private mutating func mix(_ text: String) {
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ 0xff) &* 0x100_0000_01b3
  }
}
