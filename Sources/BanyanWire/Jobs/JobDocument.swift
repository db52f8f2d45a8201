import BanyanCore

/// A job as JSON: what one submission made.
public enum JobDocument {
  /// The fields that are dates, for filters.
  public static let dateFields: Set<String> = [
    "_created", "_updated", "started", "ended", "estimated_start", "estimated_end",
  ]

  /// All fields, for filters.
  public static let fieldNames = [
    "number", "name", "owner", "_created", "_updated", "labels", "families", "task_count", "counts", "state",
    "started", "ended", "estimated_start", "estimated_end", "resumes",
  ]

  /// A job's members, in the order in which they are written.
  /// - Parameters:
  ///   - job: what is shown.
  ///   - families: what it was written as, where its record doesn't tell.
  ///   - expected: when it should begin and end.
  public static func document(_ job: JobRecord, families: [JobFamily]? = nil, expected: ExpectedTimes? = nil)
    -> Document
  {
    let families = families ?? job.families.map(JobFamily.init)
    return Document([
      ("number", .integer(Int64(clamping: job.number.value))),
      ("name", FieldValue(job.name)),
      ("owner", .text(job.owner)),
      ("_created", .date(job.created)),
      ("_updated", .date(job.updated)),
      ("labels", FieldValue(job.labels)),
      ("families", families.isEmpty ? .missing : .list(families.map(\.value))),
      ("task_count", .integer(Int64(job.memberCount))),
      ("counts", counts(job.counts)),
      ("state", .text(job.state.rawValue)),
      ("started", FieldValue(date: job.started)),
      ("ended", FieldValue(date: job.ended)),
      ("estimated_start", ExpectedTimes.value(expected?.start)),
      ("estimated_end", ExpectedTimes.value(expected?.end)),
      ("resumes", FieldValue(job.resumes.map { Int64(clamping: $0.value) })),
    ])
  }

  static func counts(_ counts: JobCounts) -> FieldValue {
    .object(of: MemberState.allCases.map { ($0.name, .integer(Int64(counts[$0]))) })
  }
}
