import BanyanCore

/// One line of a snapshot, read.
enum SnapshotRecord: Sendable {
  case user(User)
  case worker(WorkerRecord)
  case barred(id: WorkerID, user: UserID, name: String)
  case key(IdempotencyKey, IdempotentAnswer)
  case job(JobRecord)
  case task(TaskRecord)
  /// Members of a family to whom nothing happened yet.
  case run(TaskRecord, count: Int)
  /// A knot between families.
  case tie(TaskRecord, isReplaced: Bool)
}

extension Restoration {
  mutating func add(_ record: SnapshotRecord) {
    switch record {
    case .user(let user): add(user)
    case .worker(let worker): add(worker)
    case .barred(let id, let user, let name): addBarred(id: id, user: user, name: name)
    case .key(let key, let answer): add(key, answer)
    case .job(let job): add(job)
    case .task(let task): add(task)
    case .run(let first, let count): add(run: first, count: count)
    case .tie(let tie, let isReplaced): add(tie: tie, isReplaced: isReplaced)
    }
  }
}
