import BanyanCore

/// Whose tasks' environments somebody sees. What is in them is often a secret: they are shown to their owner and to
/// admins, and to nobody by way of a filter.
public enum ShownEnvironments: Sendable, Hashable {
  /// All tasks': an admin.
  case all
  /// Those of the tasks of this owner.
  case ownedBy(CodePoints)
  /// Those of the tasks that this worker holds: one that speaks REST reads there what it has to run.
  case heldBy(WorkerID)
  /// Of no task: a viewer sees none, for environments may hold secrets.
  case none

  /// What an asker sees.
  public init(for asker: Principal) {
    self =
      switch asker.role {
      case .provider: asker.isAdmin ? .all : .ownedBy(CodePoints(asker.name))
      case .worker: .heldBy(asker.user)
      case .viewer: .none
      }
  }

  /// Whether the environment of this task is among them.
  public func includes(_ task: TaskRecord) -> Bool {
    switch self {
    case .all: true
    case .ownedBy(let owner): task.spec.owner.isSame(as: owner.text)
    case .heldBy(let worker): task.workerID == worker
    case .none: false
    }
  }
}
