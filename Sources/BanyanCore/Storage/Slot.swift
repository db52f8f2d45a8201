/// The place of a task in the table. Never seen outside the core: a restart may give a task another one.
typealias Slot = UInt32

/// The number of a lane in the matching index: the place of a lane as a slot is that of a task.
typealias LaneNumber = UInt32

extension Slot {
  /// No place, and no lane.
  static var none: Slot { .max }
}
