/// A folder that a worker has left, whose lease runs out: nobody speaks for it.
struct FolderLease: Hashable, Comparable, Sendable {
  var worker: WorkerID
  var folder: CodePoints

  init(_ worker: WorkerID, _ folder: String) {
    self.worker = worker
    self.folder = CodePoints(folder)
  }

  static func < (left: Self, right: Self) -> Bool { (left.worker, left.folder) < (right.worker, right.folder) }
}

/// How long attempts are waited for that run from a folder which their worker has left.
///
/// ```
/// worked in ── another one says hello ──► left, for what is left of its lease ── over ──► its attempts are lost
///     ▲                                                 │
///     └──────────────── says hello again ───────────────┘
/// ```
extension LinkedQueue {
  /// A worker says hello. A folder that it has just left was heard when the worker last was.
  mutating func keepFolderLeases(of record: WorkerRecord, at now: Moment) {
    let left = Set(record.left.map { FolderLease(record.id, $0.folder) })
    for lease in folderLeases.holders.filter({ $0.worker == record.id && !left.contains($0) }) {
      folderLeases.forget(lease)
    }
    for lease in left where folderLeases.lastHeard(lease) == nil {
      let heard = lastHeard(record.id) ?? now.monotonic
      folderLeases.heard(lease, at: min(heard, now.monotonic), length: leaseLength(of: record.id))
    }
  }

  mutating func forgetFolderLeases(of worker: WorkerID) {
    for lease in folderLeases.holders.filter({ $0.worker == worker }) { folderLeases.forget(lease) }
  }

  /// Gives up what runs from folders to which nobody came back in time.
  mutating func expireFolders(at now: Moment, entropy: inout Entropy) -> [Silent] {
    var silent: [Silent] = []
    for lease in folderLeases.removeExpired(at: now.monotonic) {
      guard let entry = state.workers[lease.worker],
        let held = entry.record.left.first(where: { CodePoints($0.folder) == lease.folder })?.tasks.count
      else {
        folderLeases.forget(lease)
        continue
      }
      _ = result { queue throws(Rejection) in
        try queue.perform(.expireFolder(lease.worker, lease.folder.text), at: now, entropy: &entropy)
      }
      let left = state.workers[lease.worker]?.record.left.first { CodePoints($0.folder) == lease.folder }
      silent.append(Silent(name: entry.record.name, lost: held - (left?.tasks.count ?? 0)))
    }
    return silent
  }
}
