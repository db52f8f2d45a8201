import BanyanCore

/// A graph of tasks, read and checked: what remains is to submit it.
struct Graph {
  /// What stands under one name: one task, or all of a matrix.
  struct Task {
    var form: TaskForm
    /// Where its name stands in the file.
    var place: TextPlace?
    /// Where the names stand that it waits for.
    var afterPlace: TextPlace?
    /// What it waits for within the graph.
    var edges: [FamilyEdge] = []
    /// What the file says of it.
    var said = Said()

    /// How many tasks it is.
    var count: Int { form.parameters?.count ?? 1 }

    /// What the task at a place of its matrix is called.
    func name(at offset: Int) -> String {
      let name = form.name ?? ""
      return form.parameters.map { "\(name)[\($0.core.values(at: offset).joined(separator: ","))]" } ?? name
    }
  }

  /// The words that a file says of a task; of `env`, `labels` and `resources` each name, as in `env.PATH`.
  struct Said {
    /// In the task itself.
    var own: Set<String> = []
    /// In the graph's `defaults:`.
    var byDefault: Set<String> = []
  }

  /// The most tasks: what one job may have.
  static let maxTasks = FamilyParameters.maxTasks

  /// The file that it was read from.
  var file: String
  /// What the job is called that it becomes.
  var name: String?
  /// The folder that its tasks run in by default and that holds what they leave, if the file names one; absolute.
  var output: String?
  /// In the order of the file, whichever waits for which.
  var tasks: [Task]

  /// What is asked of the server.
  func job(named name: String? = nil, resumes: Int64? = nil) -> JobForm {
    JobForm(name: name ?? self.name, families: tasks.map(\.form), resumes: resumes)
  }

  /// How many tasks it has.
  var taskCount: Int { tasks.reduce(0) { $0 + $1.count } }
}
