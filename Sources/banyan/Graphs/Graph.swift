/// A graph of tasks, read, expanded and checked: what remains is to submit it.
struct Graph {
  /// One task of it, and where to point at when it is refused.
  struct Task {
    var form: TaskForm
    /// Where its name stands in the file.
    var place: GraphPlace?
    /// Where the names stand that it waits for.
    var afterPlace: GraphPlace?
  }

  /// The most tasks: what one request may make.
  static let maxTasks = 100_000

  /// The file that it was read from.
  var file: String
  /// Prefixes the names of its tasks, with a slash.
  var name: String?
  /// The folder that its tasks run in by default and that holds what they leave, if the file names one; absolute.
  var output: String?
  /// In the order of the file, whichever waits for which.
  var tasks: [Task]
}
