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
    return roundedUp(runtime, digits: 4)
  }

  /// A number rounded up to so many binary digits.
  static func roundedUp(_ number: Int64, digits: Int64) -> Int64 {
    guard number >= Int64(1) << digits else { return Swift.max(0, number) }
    let step = Int64(1) << (64 - digits - Int64(number.leadingZeroBitCount))
    let (sum, overflow) = number.addingReportingOverflow(step - 1)
    return overflow ? .max : sum & ~(step - 1)
  }
}
