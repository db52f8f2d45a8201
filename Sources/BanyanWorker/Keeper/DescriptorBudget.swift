/// How many tasks a keeper can hold at once by its limit of open files: one that could not open a log's file would lose
/// output of a task that succeeds.
enum DescriptorBudget {
  /// What a running task costs: two pipes, the files of two logs and of their index.
  static let ofTask: Int64 = 5
  /// What a keeper needs beside: its own, those of one start, and room to look at processes.
  static let ofKeeper: Int64 = 40

  /// The most tasks under a limit of open files.
  static func tasks(underLimit limit: Int64) -> Int64 { max(0, (limit - ofKeeper) / ofTask) }
}
