/// A job at one moment: what documents show.
public struct JobRecord: Sendable {
  /// The job's number, by which it is asked for.
  public var number: JobNumber
  /// What people call it: its own name, else its only task's; nil: nothing.
  public var name: String?
  /// The name of the user who made it.
  public var owner: String
  /// When it was made, milliseconds since 1970.
  public var created: Int64
  /// When anything of it last changed, milliseconds since 1970.
  public var updated: Int64
  /// Of each member's newest task.
  public var counts: JobCounts
  /// How many members it was made with.
  public var memberCount: Int
  /// When an attempt of it was first claimed, milliseconds since 1970; nil: none was.
  public var started: Int64?
  /// When a task of it last ended, milliseconds since 1970; 0: none has.
  public var lastEnd: Int64

  /// They hold for each of its tasks.
  public var labels = TextMap()
  /// What it was written as; empty: as single tasks, each of which tells all of itself.
  public var families: [Family] = []
  /// The job whose successes it took over.
  public var resumes: JobNumber?
  /// Members whose success was taken over from that one.
  public var takenOver: [JobMaking.TakenOver] = []

  /// A record of its parts.
  public init(
    number: JobNumber, name: String?, owner: String, created: Int64, updated: Int64, counts: JobCounts,
    memberCount: Int, started: Int64?, lastEnd: Int64
  ) {
    self.number = number
    self.name = name
    self.owner = owner
    self.created = created
    self.updated = updated
    self.counts = counts
    self.memberCount = memberCount
    self.started = started
    self.lastEnd = lastEnd
  }

  /// What the job is doing, by the counts of its members.
  public var state: JobState { counts.state }
  /// When the last of its tasks ended, milliseconds since 1970; nil: something of it can still run.
  public var ended: Int64? { state.isEnded && lastEnd != 0 ? lastEnd : nil }
}
