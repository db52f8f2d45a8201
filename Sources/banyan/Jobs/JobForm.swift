import BanyanJSON

/// What one submission asks for: the body of `POST /jobs`.
struct JobForm {
  var name: String?
  /// One form a family, in the order in which they were written.
  var families: [TaskForm]
  /// The job whose successes are taken over.
  var resumes: Int64?

  /// The job as the server takes it.
  var document: JSON {
    var job: JSONObject = [:]
    if let name { job["name"] = .string(name) }
    if let resumes { job["resume"] = .integer(resumes) }
    job["tasks"] = .array(families.map { .object($0.document) })
    return .object(job)
  }

  /// How many tasks it has.
  var taskCount: Int { families.reduce(0) { $0 + ($1.parameters?.count ?? 1) } }
}
