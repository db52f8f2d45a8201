/// What a selector means on the server that was asked.
enum Selection: Hashable {
  /// A whole job, by its number.
  case job(Int64)
  /// Some members of a job.
  case members(Int64, [ClosedRange<Int64>])
  /// One task, by its identifier.
  case task(String)
}
