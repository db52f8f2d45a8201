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
  /// They hold for each of its tasks.
  public let labels: TextMap
  /// What it was written as; empty: as single tasks, each of which tells all of itself.
  public let families: [Family]
  /// The job whose successes it took over; nil: it took over none.
  public let resumes: JobNumber?

  /// What a provider said of a job that was made at `created`, milliseconds since 1970.
  public init(
    number: JobNumber, owner: String, name: String?, created: Int64, labels: TextMap = TextMap(),
    families: [Family] = [], resumes: JobNumber? = nil
  ) {
    self.number = number
    self.owner = owner
    self.name = name
    self.created = created
    self.labels = labels
    self.families = families
    self.resumes = resumes
  }

  /// What it is shown and found as: its own name, or that of its only member, if it was written as that.
  var shownName: String? { name ?? (familyMemberCount == 1 ? families.first?.name : nil) }

  /// The same job with other labels.
  func labelled(_ labels: TextMap) -> JobSpec {
    JobSpec(
      number: number, owner: owner, name: name, created: created, labels: labels, families: families, resumes: resumes)
  }

  /// The family of a member; nil: the job was not written as families, or has no such member.
  public func family(of member: UInt32) -> Family? {
    var (low, high) = (0, families.count)
    while low < high {
      let middle = (low + high) / 2
      if families[middle].firstMember <= member { low = middle + 1 } else { high = middle }
    }
    guard low > 0, families[low - 1].members.contains(member) else { return nil }
    return families[low - 1]
  }

  /// How many members its families have.
  public var familyMemberCount: Int { families.last.map { Int($0.members.upperBound) - 1 } ?? 0 }
}
