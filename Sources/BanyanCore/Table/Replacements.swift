/// Tasks that were tried again, and those that stand in their places now.
struct Replacements: Sendable {
  /// By a task that was tried again: the one that took its place.
  private(set) var successors: [TaskID: TaskID] = [:]
  /// By a task that took another's place: that one.
  private(set) var predecessors: [TaskID: TaskID] = [:]

  /// One task took another's place.
  mutating func replace(_ old: TaskID, by new: TaskID) {
    successors[old] = new
    predecessors[new] = old
  }

  /// A task is being forgotten: those before and behind it at its place are neighbours now.
  mutating func forget(_ task: TaskID) {
    let (old, new) = (predecessors.removeValue(forKey: task), successors.removeValue(forKey: task))
    if let new { predecessors[new] = old }
    if let old { successors[old] = new }
  }
}
