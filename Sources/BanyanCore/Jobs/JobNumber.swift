/// A job's number. It counts up over the server's whole life and is never used again: the handle that people type.
public struct JobNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number itself, 1 for the server's first job.
  public let value: UInt64

  /// - Parameter value: from 1.
  public init(_ value: UInt64) { self.value = value }

  /// The number in decimal digits, as people type it.
  public var description: String { String(value) }

  /// The earlier one is smaller.
  public static func < (left: JobNumber, right: JobNumber) -> Bool { left.value < right.value }
}

/// Where a task stands: its job, and which of its members it is. A retry makes a new task at the same place.
public struct JobPlace: Hashable, Sendable {
  /// The most members of a job.
  public static let maxMembers: UInt32 = 1_000_000

  /// The job that the task belongs to.
  public var job: JobNumber
  /// From 1, in the order in which they were written.
  public var member: UInt32

  /// The place of a job's member; members count from 1.
  public init(job: JobNumber, member: UInt32) {
    self.job = job
    self.member = member
  }
}
