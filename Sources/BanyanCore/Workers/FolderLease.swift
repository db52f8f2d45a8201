/// A folder that a worker has left, whose lease runs out: nobody speaks for it.
struct FolderLease: Hashable, Comparable, Sendable {
  let worker: WorkerID
  private let key: CodePoints

  /// The folder's identity.
  var folder: String { key.text }

  init(_ worker: WorkerID, _ folder: String) {
    self.worker = worker
    key = CodePoints(folder)
  }

  static func < (left: Self, right: Self) -> Bool { (left.worker, left.key) < (right.worker, right.key) }
}

extension WorkerRecord {
  /// The attempts that wait for a lease of this worker's to end.
  func left(for lease: FolderLease) -> Set<TaskID> {
    left.first { FolderLease(id, $0.folder) == lease }?.tasks ?? []
  }
}
