import BanyanCore

/// A job as JSON: what one submission made.
public enum JobDocument {
  /// The fields that are dates, for filters.
  public static let dateFields: Set<String> = ["_created", "_updated", "started", "ended"]

  /// All fields, for filters.
  public static let fieldNames = [
    "number", "name", "owner", "_created", "_updated", "task_count", "counts", "state", "started", "ended",
  ]

  /// A job's members, in the order in which they are written.
  public static func document(_ job: JobRecord) -> Document {
    Document([
      ("number", .integer(Int64(clamping: job.number.value))),
      ("name", FieldValue(job.name)),
      ("owner", .text(job.owner)),
      ("_created", .date(job.created)),
      ("_updated", .date(job.updated)),
      ("task_count", .integer(Int64(job.memberCount))),
      ("counts", .object(of: MemberState.allCases.map { ($0.name, .integer(Int64(job.counts[$0]))) })),
      ("state", .text(job.state.rawValue)),
      ("started", FieldValue(date: job.started)),
      ("ended", FieldValue(date: job.ended)),
    ])
  }
}
