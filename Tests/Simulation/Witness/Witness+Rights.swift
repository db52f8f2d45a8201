import BanyanCore

/// Whose it is. A provider changes what is its own, an admin everything; users and registrations are an admin's.
extension Witness {
  func mayChange(_ id: TaskID, _ asker: Principal) -> Bool {
    guard asker.role == .provider, let task = tasks[id] else { return asker.role == .provider }
    return asker.isAdmin || task.owner == asker.name
  }

  /// Whether a command has to be refused because of who gave it, before anything else of it is looked at.
  func isForbidden(_ command: Command) -> Bool {
    switch command {
    case .cancel(let ids, _, let by), .forget(let ids, _, let by): ids.contains { !mayChange($0, by) }
    case .abandon(let id, let by): !mayChange(id, by)
    case .retry(let retry):
      retry.key.map { keys[IdempotencyKey(user: retry.by.user, key: $0.key)] == nil } ?? true
        && retry.tasks.contains { !mayChange($0, retry.by) }
    case .submit(let submission):
      submission.key.map { keys[IdempotencyKey(user: submission.by.user, key: $0.key)] == nil } ?? true
        && submission.tasks.contains { draft in
          draft.continuations.contains { if case .id(let id) = $0 { !mayChange(id, submission.by) } else { false } }
        }
    case .update(let patches, let by): by.role == .provider && patches.contains { !mayChange($0.task, by) }
    case .registerWorker(_, let by), .changeWorker(_, _, let by), .unregisterWorker(_, _, let by): !by.isAdmin
    case .addUser(_, _, _, _, let by), .revokeUser(_, let by): by.map { !$0.isAdmin } ?? false
    default: false
    }
  }

  /// Whether a patch names a continuation, or would take one away, that is another's.
  func touchesOthers(_ patch: TaskPatch, _ asker: Principal) -> Bool {
    guard !asker.isAdmin else { return false }
    let named = patch.addContinuations + patch.removeContinuations + (patch.continuations ?? [])
    let taken = patch.continuations == nil ? [] : tasks[patch.task]?.children ?? []
    return named.contains { if case .id(let id) = $0 { !mayChange(id, asker) } else { false } }
      || taken.contains { !mayChange($0, asker) }
  }

  /// A command was done: whoever gave it had to be allowed to.
  mutating func checkRights(_ command: Command) {
    if isForbidden(command) { fail(.rights, "what is another's to do was done: \(command.words)") }
  }

  /// An edge was made or taken away by a change of an older task: both ends are the asker's.
  mutating func checkRights(_ parent: TaskID, _ children: [TaskID], _ command: Command) {
    guard case .update(_, let by) = command else { return }
    for id in [parent] + children where !mayChange(id, by) {
      fail(.rights, "\(by.name) changed an edge of \(id), which is \(tasks[id]?.owner ?? "nobody")'s")
    }
  }
}
