/// Which jobs are wanted, by what is kept of all of them: lists find those without a look at others.
public struct JobChoice: Sendable {
  /// Of these numbers; nil: of any.
  public var numbers: Set<JobNumber>?
  /// Of these names; nil: of any, and without one.
  public var names: Set<CodePoints>?
  /// Of these owners; nil: of any.
  public var owners: Set<CodePoints>?
  /// That stand so.
  public var states = Set(JobState.allCases)

  /// All jobs.
  public init() {}
}
