import BanyanCore

/// Where a list goes on: behind this place. Unlike a page's number it means the same whatever was added or forgotten
/// meanwhile, and what is before it needs no second look.
public struct ListCursor: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// What a list's cursors are.
  public enum Form: Sendable {
    /// A job's number: `12`.
    case job
    /// A place in a job: `12.7`; a job's number alone is the place in front of its members.
    case task
    /// A place in the one job whose tasks are listed, written whole: `12.7`. A number alone could be meant as either.
    case member
  }

  /// A job's number.
  public let job: UInt64
  /// A member's number; nil: it is a job's cursor.
  public let member: UInt32?

  /// The cursor of a job.
  public init(_ job: JobNumber) {
    self.job = job.value
    member = nil
  }

  /// The cursor of a task.
  public init(_ place: JobPlace) {
    job = place.job.value
    member = place.member
  }

  /// Reads one; nil: it is none of this form.
  public init?(_ text: String, _ form: Form) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isDigit) }), let job = UInt64(parts[0]),
      job < UInt64.max
    else { return nil }
    self.job = job
    switch (form, parts.count) {
    case (.job, 1): member = nil
    case (.task, 1): member = 0
    case (.task, 2), (.member, 2):
      guard let number = UInt32(parts[1]) else { return nil }
      member = number
    default: return nil
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  /// The job.
  public var number: JobNumber { JobNumber(job) }
  /// The place of a task's cursor.
  public var place: JobPlace { JobPlace(job: JobNumber(job), member: member ?? 0) }

  /// As it is read.
  public var description: String { member.map { "\(job).\($0)" } ?? "\(job)" }

  /// By job, then by member.
  public static func < (left: ListCursor, right: ListCursor) -> Bool {
    (left.job, left.member ?? 0) < (right.job, right.member ?? 0)
  }
}
