/// The arrays of one submission: which tasks are made as one, and that they agree on the array's limits.
struct SubmittedArrays {
  /// By the array's name: the number of its first task in the request.
  private var first: [CodePoints: Int] = [:]

  init(_ submission: Submission) throws(Rejection) {
    var issues: [Rejection.Issue] = []
    for (number, draft) in submission.tasks.enumerated() {
      guard let place = draft.fields.array else { continue }
      guard let known = first[CodePoints(place.name)], let other = submission.tasks[known].fields.array else {
        first[CodePoints(place.name)] = number
        continue
      }
      func compare(_ field: String, _ value: UInt32?, _ wanted: UInt32?) {
        guard value != wanted else { return }
        issues.append(
          .init(
            field: "\(number).array.\(field)",
            trouble:
              "\(value.map { "\($0)" } ?? "none") here and \(wanted.map { "\($0)" } ?? "none") in task \(known) of the array "
              + "\(place.name); an array has one limit: give the same for all its tasks"))
      }
      compare("max_running", place.maxRunning, other.maxRunning)
      compare("stop_after_failures", place.stopAfterFailures, other.stopAfterFailures)
    }
    guard issues.isEmpty else {
      throw Rejection(
        .unprocessable, "The tasks of an array have different limits; nothing was made.", issues: issues)
    }
  }

  /// A task's fields as they are kept: the place in its array names the array's first task.
  /// - Parameter ids: of the tasks of the submission, in order.
  func kept(_ fields: TaskFields, _ ids: [TaskID]) -> TaskFields {
    guard let name = fields.array?.name, let number = first[CodePoints(name)] else { return fields }
    var fields = fields
    fields.array?.batch = ids[number]
    return fields
  }
}
