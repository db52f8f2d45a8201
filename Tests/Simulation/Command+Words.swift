import BanyanCore

extension Command {
  /// In words, for a trace.
  var words: String {
    switch self {
    case .submit(let submission):
      "submit by \(submission.by.name)\(submission.key.map { " key \($0.key) \($0.body)" } ?? ""): "
        + submission.tasks.map(Self.words).joined(separator: "; ")
    case .update(let patches, let by): "update by \(by.name): " + patches.map(Self.words).joined(separator: "; ")
    case .retry(let retry):
      "retry by \(retry.by.name)\(retry.key.map { " key \($0.key) \($0.body)" } ?? ""): \(retry.tasks)"
    case .cancel(let ids, let grace, let by): "cancel \(ids) grace \(grace.map { "\($0)" } ?? "-") by \(by.name)"
    case .forget(let ids, let rule, _): "forget \(rule) \(ids)"
    case .abandon(let id, let by): "abandon \(id) by \(by.name)"
    case .hello(let hello):
      "hello \(hello.name)#\(hello.instance) in \(hello.folder ?? "no folder") with \(Self.words(hello.offer)), running \(hello.running.map { "\($0.task) \($0.token)" })"
    case .claim(let claim):
      "claim \(claim.worker) max \(claim.max) queues \(claim.queues) task \(claim.task.map { "\($0)" } ?? "-") of \(claim.resources.map(Self.words) ?? "all")"
    case .report(let worker, let reports):
      "report \(worker): "
        + reports.map { "\($0.task) \($0.token) \($0.state.name) \($0.exitStatus ?? "-")" }.joined(separator: "; ")
    default: "\(self)"
    }
  }

  private static func words(_ draft: TaskDraft) -> String {
    let fields = draft.fields
    return
      "\(fields.name ?? "-")\(fields.work == nil ? " group" : "") \(words(fields.resources)) p\(fields.priority) \(fields.queue)\(fields.array.map { " array \($0.index) stop \($0.stopAfterFailures.map { "\($0)" } ?? "-")" } ?? "")\(draft.isHeld ? " held" : "")\(draft.wantsAvailable ? "" : " inactive") > \(draft.continuations) < \(draft.after)"
  }

  private static func words(_ request: ResourceRequest?) -> String {
    guard let request else { return "" }
    return
      "\(request.memoryBytes >> 20) MiB \(request.coreCount)+\(request.corePercent)% \(request.gpuCount) GPUs \(request.custom.map { "\($0.name) \($0.count)" })"
  }

  private static func words(_ offer: ResourceOffer) -> String {
    "\(offer.memoryBytes >> 20) MiB \(offer.cores) cores GPUs \(offer.gpus.map(\.ordinal)) \(offer.custom.sorted { $0.key < $1.key }) most \(offer.maxTasks ?? -1)"
  }

  private static func words(_ patch: TaskPatch) -> String {
    var parts = ["\(patch.task)"]
    if !patch.changes.isEmpty { parts.append("\(patch.changes)") }
    if let list = patch.continuations { parts.append("continuations \(list)") }
    if !patch.addContinuations.isEmpty { parts.append("+ \(patch.addContinuations)") }
    if !patch.removeContinuations.isEmpty { parts.append("- \(patch.removeContinuations)") }
    if let execution = patch.execution { parts.append("\(execution.token) \(execution.exitStatus ?? "")") }
    if let state = patch.state { parts.append("-> \(state.name)") }
    return parts.joined(separator: " ")
  }
}
