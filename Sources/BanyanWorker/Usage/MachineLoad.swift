/// What others use of this machine: it lowers what a worker claims for, so that tasks and people don't fight over the
/// same memory.
struct MachineLoad: Sendable, Hashable {
  /// Memory in use that no task of this worker holds, in bytes.
  var foreignMemoryBytes: Int64 = 0
  /// Memory that tasks of this worker hold, in bytes.
  var ownMemoryBytes: Int64 = 0
  /// All memory there is, in bytes.
  var memoryBytes: Int64 = 0
  /// Memory that others hold on each GPU, by ordinal, in bytes.
  var foreignGPUBytes: [Int64: Int64] = [:]

  /// However much others use, this share of the offered memory is claimed for: what is in use may be a cache that
  /// gives way, and a machine that offered nothing would never be looked at again.
  static let floorShare: Int64 = 4
  /// A GPU of which others hold more than this share of the memory is theirs.
  static let gpuShare: Int64 = 10

  /// How much memory tasks may have altogether.
  func memory(ofOffered offered: Int64) -> Int64 {
    guard memoryBytes > 0 else { return offered }
    return max(offered / Self.floorShare, min(offered, memoryBytes - foreignMemoryBytes))
  }

  /// Whether others use so much more, or less, than before that a new claim is worth it.
  func differs(from other: MachineLoad?) -> Bool {
    guard let other else { return true }
    let step = max(64 << 20, memoryBytes / 32)
    let (mine, theirs) = (foreignMemoryBytes, other.foreignMemoryBytes)
    return abs(mine - theirs) >= step || foreignGPUBytes.keys.sorted() != other.foreignGPUBytes.keys.sorted()
      || foreignGPUBytes.contains { abs($0.value - (other.foreignGPUBytes[$0.key] ?? 0)) >= 256 << 20 }
      || abs(ownMemoryBytes - other.ownMemoryBytes) >= step
  }
}
