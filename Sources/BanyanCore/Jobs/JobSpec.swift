/// The part of a job that its provider wrote: immutable, shared by the live state, its views, journal and snapshots.
public final class JobSpec: Sendable {
  /// The job's number, by which it is asked for.
  public let number: JobNumber
  /// The name of the user who made it.
  public let owner: String
  /// What people call it, not unique; nil: nothing.
  public let name: String?
  /// When it was made, milliseconds since 1970.
  public let created: Int64

  /// What a provider said of a job that was made at `created`, milliseconds since 1970.
  public init(number: JobNumber, owner: String, name: String?, created: Int64) {
    self.number = number
    self.owner = owner
    self.name = name
    self.created = created
  }
}
