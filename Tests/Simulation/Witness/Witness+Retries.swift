import BanyanCore

/// Retries: what failed or was cancelled, and what was cancelled below it, made anew.
extension Witness {
  /// What a retry has to copy, those that it names first; nil: it has to be refused.
  func copied(_ retry: Retry) -> [TaskID]? {
    var originals: [TaskID] = []
    for id in retry.tasks where !originals.contains(id) { originals.append(id) }
    guard !originals.isEmpty, originals.allSatisfy({ tasks[$0]?.hasFailed == true && !isReplaced($0) }) else {
      return nil
    }
    var next = 0
    while next < originals.count {
      for child in below(originals[next])
      where tasks[child]?.state == .cancelled && !originals.contains(child) && mayChange(child, retry.by)
        && !isReplaced(child)
      {
        originals.append(child)
      }
      next += 1
    }
    var names: Set<[String]> = []
    for id in originals {
      guard let task = tasks[id] else { return nil }
      if let name = task.fields.name {
        let isTaken = order.contains { other in
          tasks[other].map { $0.fields.name == name && $0.owner == task.owner && !$0.state.isEnded } ?? false
        }
        guard names.insert([task.owner, name]).inserted, !isTaken else { return nil }
      }
      // One whose parent failed and is forgotten has lost an edge: it can't be made as it was.
      if task.state == .cancelled, let parent = task.failedParent, tasks[parent] == nil { return nil }
      for parent in task.parents.map({ newest(of: $0) }) where !originals.contains(parent) {
        guard let outer = tasks[parent] else { return nil }
        if outer.hasFailed || outer.state == .pendingCancellation { return nil }
      }
    }
    return originals
  }

  mutating func checkRetry(_ retry: Retry, _ pairs: [(copy: TaskID, of: TaskID)]) {
    if let key = retry.key, let known = keys[IdempotencyKey(user: retry.by.user, key: key.key)], made.isEmpty {
      let isRepeat = known.body == key.body && pairs.map(\.copy) == known.tasks && pairs.map(\.of) == known.copiesOf
      return require(isRepeat, .keys, "a repeat of \(key.key) is answered by \(pairs)")
    }
    guard let originals else { return fail(.retries, "a retry of \(retry.tasks) had to be refused") }
    require(
      pairs.map(\.of) == originals && pairs.map(\.copy) == made, .retries,
      "a retry copies \(pairs.map(\.of)), it had to copy \(originals)")
    let copies = Dictionary(zip(originals, made)) { first, _ in first }
    for (copy, original) in zip(made, originals) {
      guard let task = tasks[original] else { continue }
      let wanted = task.parents.map { newest(of: $0, before: made) }.compactMap { parent in
        copies[parent] ?? (tasks[parent]?.hasSucceeded == true ? nil : parent)
      }
      if !(Set(tasks[copy]?.parents ?? []) == Set(wanted)) {
        fail(.retries, "the copy \(copy) of \(original) waits for \(tasks[copy]?.parents ?? []), not for \(wanted)")
      }
    }
    for copy in made.prefix(Set(retry.tasks).count) {
      guard let task = tasks[copy], task.parents.allSatisfy({ tasks[$0]?.hasSucceeded == true }) else { continue }
      require(task.state != .inactive, .retries, "the copy \(copy) was to be available, and is inactive")
    }
  }
}
