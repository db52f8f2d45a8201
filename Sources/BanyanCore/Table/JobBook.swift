/// What is kept of a job with several members, with words of its own, or of which a task was tried again. Another job of
/// one task has none: all of it is told by the task.
struct JobBook: Sendable {
  var spec: JobSpec
  /// The rows of its neighbours among the jobs of its name.
  var (olderNamesake, newerNamesake) = (Slot.none, Slot.none)
  /// Each member's newest task; `.none`: it was forgotten.
  var members: [Slot] = []
  /// Members whose success was taken over from the job that this one resumes.
  var takenOver: [JobMaking.TakenOver] = []
  /// Of each member's newest task.
  var counts = JobCounts()
  /// When anything of it last changed, milliseconds since 1970.
  var updated: Int64
  /// When an attempt of it was first claimed; 0: none was.
  var started: Int64 = 0
  /// When a task of it last ended; 0: none has.
  var lastEnd: Int64 = 0

  init(_ spec: JobSpec) {
    self.spec = spec
    updated = spec.created
  }

  /// Takes a member's newest task in at its number.
  mutating func put(_ slot: Slot, at member: UInt32) {
    while members.count < Int(member) { members.append(.none) }
    if member > 0 { members[Int(member) - 1] = slot }
  }
}
