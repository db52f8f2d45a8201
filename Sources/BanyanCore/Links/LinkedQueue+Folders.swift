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
      let held = state.workers[lease.worker]?.record.left(for: lease).count ?? 0
      guard held > 0, let name = state.workers[lease.worker]?.record.name else {
        folderLeases.forget(lease)
        continue
      }
      _ = result { queue throws(Rejection) in
        try queue.perform(.expireFolder(lease.worker, lease.folder), at: now, entropy: &entropy)
      }
      let left = state.workers[lease.worker]?.record.left(for: lease).count ?? 0
      silent.append(Silent(name: "\(name), in a state folder that it left,", lost: held - left))
    }
    return silent
  }
}
