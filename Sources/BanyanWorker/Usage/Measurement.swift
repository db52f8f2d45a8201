import BanyanCore

/// What was measured at one moment.
struct Measurement: Sendable, Hashable {
  /// By running attempt, over its whole tree.
  var attempts: [AttemptKey: AttemptUsage] = [:]
  /// What is used on the whole machine, by whomever.
  var machine = AttemptUsage()
  /// What others use of the machine, so that less is claimed for.
  var load = MachineLoad()
}
