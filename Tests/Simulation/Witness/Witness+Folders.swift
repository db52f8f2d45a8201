import BanyanCore

/// State folders: what a worker that comes with another one can't know.
extension Witness {
  /// A folder that a worker has left.
  struct LeftPlace: Hashable, Sendable {
    var worker: WorkerID
    var folder: String
  }

  /// The live attempts that a hello names with their tokens.
  func named(_ hello: Hello, by worker: WorkerID) -> Set<TaskID> {
    Set(
      hello.running.filter { running in
        tasks[running.task].map { $0.live != nil && refusal(of: running.token, $0, worker, nil) == nil } ?? false
      }.map(\.task))
  }

  /// What a worker has left behind after a hello: of each folder but the one that it comes with, all that was claimed from
  /// there and that it doesn't name. Who says of no folder is taken to know.
  func leftBehind(_ known: WorkerRecord, _ hello: Hello) -> [LeftFolder] {
    guard let folder = hello.folder, let former = known.folder else { return [] }
    let names = named(hello, by: known.id)
    let before = Set(known.left.flatMap(\.tasks))
    var left = known.left
    if former != folder {
      left.append(LeftFolder(folder: former, tasks: (heldTasks[known.id] ?? []).subtracting(before)))
    }
    return left.filter { $0.folder != folder }
      .map { LeftFolder(folder: $0.folder, tasks: $0.tasks.subtracting(names)) }.filter { !$0.tasks.isEmpty }
  }

  /// Where a live attempt was left behind; nil: it runs where its worker is.
  func folderLeft(with task: Task) -> String? {
    guard let hold = task.live else { return nil }
    return machines[hold.worker]?.left.first { $0.tasks.contains(task.id) }?.folder
  }

  /// Whether nobody was heard of a live attempt within its lease.
  func isOutOfContact(_ task: Task) -> Bool {
    guard let hold = task.live else { return false }
    guard let folder = folderLeft(with: task) else { return outOfContact.contains(hold.worker) }
    return silentFolders.contains(LeftPlace(worker: hold.worker, folder: folder))
  }

  /// A worker holds an attempt no more, wherever it ran.
  mutating func drop(_ id: TaskID, of worker: WorkerID) {
    heldTasks[worker]?.remove(id)
    guard var left = machines[worker]?.left, !left.isEmpty else { return }
    for index in left.indices { left[index].tasks.remove(id) }
    machines[worker]?.left = left.filter { !$0.tasks.isEmpty }
  }
}
