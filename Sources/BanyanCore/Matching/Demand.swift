/// What a lane's tasks ask for, as four numbers that must each stay within what is left: memory in bytes, cores, GPUs,
/// and the time that they may take in milliseconds (`Int64.max`: nobody knows).
typealias Demand = SIMD4<Int64>

extension Demand {
  init(memory: Int64, cores: Int64, gpus: Int64, runtime: Int64) { self.init(memory, cores, gpus, runtime) }

  /// True if each of the four stays within its limit.
  func stays(within limit: Demand) -> Bool { !any(self .> limit) }

  /// A runtime for the index, rounded up to four binary digits, so that tasks that each have an estimate of their own
  /// share lanes. nil (unknown) is the longest.
  static func roundedUp(runtime: Int64?) -> Int64 {
    guard let runtime else { return .max }
    guard runtime >= 16 else { return Swift.max(0, runtime) }
    let step = Int64(1) << (60 - Int64(runtime.leadingZeroBitCount))
    let (sum, overflow) = runtime.addingReportingOverflow(step - 1)
    return overflow ? .max : sum & ~(step - 1)
  }
}
