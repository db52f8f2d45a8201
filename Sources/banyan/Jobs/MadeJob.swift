import BanyanJSON

/// What the server answered to the submission of a job.
struct MadeJob {
  let number: Int64
  let taskCount: Int64
  /// So many had succeeded in the job that it resumes.
  let takenOver: Int64
  /// What the server has to say about the request, in sentences.
  let remarks: [String]
  /// All of it.
  let answer: JSON

  init?(_ answer: JSON) {
    guard let number = answer["number"]?.integer, number >= 1 else { return nil }
    self.number = number
    taskCount = answer["task_count"]?.integer ?? 0
    takenOver = answer["taken_over"]?.integer ?? 0
    remarks = (answer["remarks"]?.array ?? []).compactMap(\.string)
    self.answer = answer
  }
}
