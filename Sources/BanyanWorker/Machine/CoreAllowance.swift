import CProcess

/// How many cores this process may use: the smaller of its affinity mask and its control group's quota.
enum CoreAllowance {
  static func cores(group: ControlGroup = ControlGroup()) -> Int64 {
    let allowed = Int64(max(1, banyan_affinity_count()))
    guard let quota = group.coreQuota(), quota < Double(allowed) else { return allowed }
    // Part of a core is not offered, but for the only one.
    return max(1, Int64(quota))
  }
}
