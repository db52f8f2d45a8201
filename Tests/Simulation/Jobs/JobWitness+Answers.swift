import BanyanCore

extension JobWitness {
  /// A command was done: what it has to have come to, if it may have been done.
  /// - Returns: whether what began to wait by it stands in the order of the members.
  mutating func saw(_ command: Command, _ outcome: QueueState.Outcome, avoided: Set<TaskID>) -> Bool {
    for case .tasksForgotten(let ids) in outcome.events where Self.isByTime(command) {
      require(ids.allSatisfy { tasks[$0]?.isEnded ?? false }, .forgetting, "what had not ended was forgotten")
      forget(Set(ids))
    }
    if case .changeJob(let change) = command {
      require(!isRefused(change), .rights, "the job \(change.job) was changed by \(change.by.name)")
    }
    switch (command, outcome.answer) {
    case (.submitJob(let submission), .jobSubmitted(let receipt)):
      if let known = known(submission.key, submission.by) {
        require(
          known.job == receipt && known.body == submission.key?.body ?? [] && outcome.events.isEmpty, .keys,
          "a repeat made \(receipt.number)")
        return false
      }
      guard let plan = plan(submission) else {
        require(false, .refusals, "a job was made that can't be: \(receipt.number)")
        return false
      }
      make(plan, submission, receipt)
      keep(submission.key, submission.by) { $0.job = receipt }
      return true
    case (.submit(let submission), .submitted(let ids)): make(ids, submission)
    case (.changeJob(let change), .jobChanged(let counts)):
      apply(change, counts)
      let untold = orders.subtracting(outcome.cancellations.map(\.task))
      require(untold.isEmpty, .cancellation, "the workers of \(untold) are not told")
      return true
    case (.retryJob(let retry), .retried(let pairs)):
      if let known = known(retry.key, retry.by) {
        require(
          known.pairs == Dictionary(pairs.map { ($0.copy, $0.of) }) { a, _ in a } && outcome.events.isEmpty, .keys,
          "a repeat of a retry made something")
        return false
      }
      let named = meant(retry)
      saw(pairs, named, retry.changes, retry.resources, retry.by)
      keep(retry.key, retry.by) { $0.pairs = Dictionary(pairs.map { ($0.copy, $0.of) }) { a, _ in a } }
    case (.retry(let retry), .retried(let pairs)):
      saw(pairs, retry.tasks, retry.changes, retry.resources, retry.by)
    case (.forgetJobs(let numbers, let by), .forgotten(let count)):
      require(!isRefused(forgetting: numbers, by: by), .rights, "\(numbers) were forgotten")
      let gone = everyTask(of: numbers)
      require(count == gone.count, .answers, "\(count) tasks were forgotten, and it is \(gone.count)")
      forget(gone)
    case (.forget(let ids, let rule, let by), .forgotten):
      require(ids.allSatisfy { mayChange(by, tasks[$0]?.owner ?? by.name) }, .rights, "another's task was forgotten")
      forget(Set(ids.filter { if case .ended = rule { tasks[$0]?.isEnded ?? false } else { tasks[$0] != nil } }))
    case (.cancel(let ids, let grace, let by), _):
      require(ids.allSatisfy { mayChange(by, tasks[$0]?.owner ?? by.name) }, .rights, "another's task was cancelled")
      for id in ids { cancel(id, grace: grace) }
    case (.update(let patches, let by), _):
      for patch in patches where patch.state == .available {
        guard let task = tasks[patch.task], mayChange(by, task.owner), task.state == .inactive, !waitsForParents(task)
        else {
          require(false, .release, "\(patch.task) was made available")
          continue
        }
        letGo(task.id)
      }
    case (.claim(let claim), .claimed(let given)): claimed(given, claim, avoided: avoided)
    case (.report(_, let reports), .judged(let verdicts)):
      for (report, verdict) in zip(reports, verdicts) where verdict.refusal == nil { believed(report) }
    case (.expireLeases(let worker), _):
      for id in tasks.values.filter({ $0.worker == worker }).map(\.id).sorted() { lost(id) }
    case (.tick, _): tick()
    default: break
    }
    return false
  }

  /// A command was refused: whether it had to be.
  mutating func refused(_ command: Command, _ rejection: Rejection) {
    let isRight: Bool
    switch command {
    case .submitJob(let submission):
      if let known = known(submission.key, submission.by) {
        isRight = known.job == nil || known.body != submission.key?.body ?? []
      } else {
        isRight = plan(submission) == nil
      }
    case .changeJob(let change):
      isRight = isRefused(change)
      checkKind(rejection, jobs[change.job], change.by)
    case .retryJob(let retry):
      if let known = known(retry.key, retry.by) {
        isRight = known.body != retry.key?.body ?? []
      } else {
        let named = meant(retry)
        isRight = named.flatMap { copied($0, by: retry.by) } == nil || isForGroups(retry.resources, named ?? [])
        checkKind(rejection, jobs[retry.job], retry.by)
      }
    case .retry(let retry):
      isRight = copied(retry.tasks, by: retry.by) == nil || isForGroups(retry.resources, retry.tasks)
    case .forgetJobs(let numbers, let by): isRight = isRefused(forgetting: numbers, by: by)
    case .forget(let ids, let rule, let by):
      let isOthers = !ids.allSatisfy { mayChange(by, tasks[$0]?.owner ?? by.name) }
      isRight =
        isOthers
        || rule.refuses
          && ids.contains { id in
            guard let task = tasks[id] else { return true }
            return !task.isEnded && (task.state != .inactive || waitsForParents(task))
          }
    case .cancel(let ids, _, let by): isRight = !ids.allSatisfy { mayChange(by, tasks[$0]?.owner ?? by.name) }
    case .update(let patches, let by):
      isRight = patches.contains { patch in
        guard let task = tasks[patch.task], mayChange(by, task.owner) else { return true }
        return patch.state == .available && (task.state != .inactive || waitsForParents(task))
      }
    default: isRight = false
    }
    let issue = rejection.issues.first.map { "\($0.field): \($0.trouble)" } ?? ""
    require(isRight, .refusals, "refused: \(rejection.kind) \(rejection.message) \(issue)")
    for issue in rejection.issues {
      for word in "\(issue.field) \(issue.trouble)".split(whereSeparator: { !$0.isHexDigit }) {
        guard let id = TaskID(word), case .retry = command else { continue }
        let isKnown = everKnown.contains(id)
        require(isKnown, .edges, "a refusal names \(id), which nobody wrote: \(issue.field): \(issue.trouble)")
      }
    }
  }

  /// What is another's is forbidden, not said to be of the wrong form.
  private mutating func checkKind(_ rejection: Rejection, _ job: Job?, _ by: Principal) {
    guard let job, !mayChange(by, job.owner) else { return }
    require(
      rejection.kind == .forbidden && rejection.message.contains(job.owner), .rights,
      "\(by.name) may not change \(job.owner)'s job, and is told \(rejection.kind)")
  }

  private mutating func saw(
    _ pairs: [(copy: TaskID, of: TaskID)], _ named: [TaskID]?, _ changes: [FieldChange],
    _ resources: ResourceChange?, _ by: Principal
  ) {
    guard let named, !isForGroups(resources, named), let originals = copied(named, by: by) else {
      return require(false, .retries, "\(pairs.map(\.of)) were made anew, which can't be")
    }
    require(
      Set(originals) == Set(pairs.map(\.of)) && originals.count == pairs.count, .retries,
      "\(pairs.map(\.of)) were made anew; it has to be \(originals)")
    remake(pairs, named: named, changes, resources)
  }

  // MARK: Keys

  private func known(_ key: (key: String, body: [UInt8])?, _ by: Principal) -> Kept? {
    key.flatMap { keys["\(by.name) \($0.key)"] }
  }

  private mutating func keep(_ key: (key: String, body: [UInt8])?, _ by: Principal, _ write: (inout Kept) -> Void) {
    guard let key else { return }
    var kept = Kept(body: key.body)
    write(&kept)
    keys["\(by.name) \(key.key)"] = kept
  }

  private static func isByTime(_ command: Command) -> Bool { if case .tick = command { true } else { false } }
}

extension ForgetRule {
  fileprivate var refuses: Bool { if case .endedOrIdle = self { true } else { false } }
}
