/// A job's number. It counts up over the server's whole life and is never used again: the handle that people type.
public struct JobNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// From 1.
  public let value: UInt64

  /// - Parameter value: from 1.
  public init(_ value: UInt64) { self.value = value }

  /// Digits.
  public var description: String { String(value) }

  /// The earlier one is smaller.
  public static func < (left: JobNumber, right: JobNumber) -> Bool { left.value < right.value }
}

/// Where a task stands: its job, and which of its members it is. A retry makes a new task at the same place.
public struct JobPlace: Hashable, Sendable {
  /// The job.
  public var job: JobNumber
  /// From 1, in the order in which they were written.
  public var member: UInt32

  /// A place.
  public init(job: JobNumber, member: UInt32) {
    self.job = job
    self.member = member
  }
}
