/// A state folder in which a worker does not work any more, and what may still run from there.
///
/// A worker that starts with another folder (on another machine, under another HOME) knows nothing of the attempts that a
/// keeper holds in the one before. They are still the worker's: they count as used, and nobody else is given them until
/// the folder is worked in again and says what became of them, or the lease that it had is over.
public struct LeftFolder: Hashable, Sendable {
  /// The folder's identity, as its `hello` told it.
  public var folder: String
  /// The tasks of the live attempts that were claimed from there.
  public var tasks: Set<TaskID>

  /// A folder that was left, with these.
  public init(folder: String, tasks: Set<TaskID>) {
    self.folder = folder
    self.tasks = tasks
  }
}

extension WorkerRecord {
  /// The folder that a live attempt was left behind in; nil: it is known where the worker works now.
  public func folderLeft(with task: TaskID) -> String? { left.first { $0.tasks.contains(task) }?.folder }

  /// An attempt has ended, wherever it ran.
  mutating func forgetLeft(_ task: TaskID) {
    for index in left.indices { left[index].tasks.remove(task) }
    left.removeAll { $0.tasks.isEmpty }
  }

  /// The worker works in a folder from now on.
  /// - Parameters:
  ///   - new: the folder's identity; nil: it doesn't say, and is taken to know of all that it holds.
  ///   - live: the tasks of its live attempts.
  ///   - named: those of them that it says it holds.
  mutating func move(to new: String?, live: [TaskID], named: Set<TaskID>) {
    defer { folder = new }
    guard let new, let former = folder else { return left = [] }
    let remaining = Set(live.filter { folderLeft(with: $0) == nil }).subtracting(named)
    for index in left.indices { left[index].tasks.subtract(named) }
    if !former.isSame(as: new) { left.append(LeftFolder(folder: former, tasks: remaining)) }
    left.removeAll { $0.folder.isSame(as: new) || $0.tasks.isEmpty }
  }
}
