import BanyanCore

/// What providers do.
extension Simulation {
  mutating func submit() {
    guard laws.tasks.count < 60, let by = pick(providers) else { return }
    let count = number(1...5)
    let drafts = (0..<count).map { _ in draft() }
    var submission = Submission(tasks: drafts, by: by)
    if chance(0.2) { submission.key = ("key\(number(0...5))", [UInt8(number(0...1))]) }
    guard
      let outcome = perform(
        .submit(submission), "submit \(count) by \(by.name)\(submission.key.map { " key \($0.key)" } ?? "")")
    else { return }
    guard case .submitted(let made) = outcome.answer else { return fail("submit is not answered by what was made") }
    if submission.key == nil, made.count != count { fail("\(count) tasks were submitted, \(made.count) made") }
  }

  private mutating func draft() -> TaskDraft {
    var fields = TaskFields()
    if chance(0.4) { fields.name = "n\(number(0...12))" }
    if chance(0.8) {
      fields.work = .shell("true")
      var request = ResourceRequest()
      request.memoryBytes = Int64(number(0...4)) << 30
      request.coreCount = span(0...3)
      if chance(0.2) { request.corePercent = span(0...100) }
      if chance(0.15) { request.gpuCount = span(1...2) }
      if chance(0.1) { request.setCustom([CustomResource(name: "license", count: 1)]) }
      fields.resources = request
    }
    fields.priority = Int16(number(-1...1))
    if chance(0.2) { fields.queue = "slow" }
    fields.maxAttemptCount = UInt32(number(1...3))
    fields.maxLossCount = UInt32(number(0...2))
    fields.retryDelay = chance(0.3) ? span(0...5000) : 0
    fields.maxShutdownTime = span(0...30_000)
    if chance(0.1) { fields.notBefore = now + span(-5000...20_000) }
    if chance(0.1) { fields.onLostContact = .continue }
    return TaskDraft(
      fields: fields, isHeld: chance(0.1), wantsAvailable: chance(0.8), continuations: references(0.25),
      after: references(0.35))
  }

  private mutating func references(_ part: Double) -> [TaskReference] {
    guard chance(part) else { return [] }
    return (0..<number(1...3)).map { _ in chance(0.5) ? .name("n\(number(0...12))") : .id(anyTask()) }
  }

  mutating func update() {
    guard let by = pick(chance(0.95) ? providers : machines) else { return }
    let patches = (0..<(chance(0.8) ? 1 : 3)).map { _ in patch() }
    _ = perform(
      .update(patches, by: by), "update \(patches.map { Self.words($0) }.joined(separator: "; ")) by \(by.name)")
  }

  private mutating func patch() -> TaskPatch {
    var patch = TaskPatch(task: anyTask())
    switch number(0...6) {
    case 0: patch.changes = [.priority(Int16(number(-2...2)))]
    case 1: patch.changes = [.held(chance(0.4))]
    case 2: patch.changes = chance(0.5) ? [.name("n\(number(0...12))")] : [.notBefore(now + span(-1000...9000))]
    case 3:
      if chance(0.5) { patch.addContinuations = references(1) } else { patch.continuations = references(0.7) }
    case 4:
      let parents = laws.tasks.filter { state.record($0)?.allContinuations.isEmpty == false }
      if let parent = pick(parents), chance(0.8) {
        patch.task = parent
        patch.removeContinuations = pick(state.record(parent)?.allContinuations ?? []).map { [.id($0)] } ?? []
      } else {
        patch.removeContinuations = references(1)
      }
    default: break
    }
    if chance(0.6) { patch.state = pick([.available, .available, .cancelled, .running, .terminated, .inactive]) }
    if patch.state == .cancelled, chance(0.5) { patch.grace = span(0...10_000) }
    return patch
  }

  private static func words(_ patch: TaskPatch) -> String {
    let edges = patch.addContinuations.map { "+\($0)" } + patch.removeContinuations.map { "-\($0)" }
    return "\(patch.task) \(patch.changes) \(edges.joined(separator: " ")) \(patch.state?.name ?? "")"
  }

  mutating func cancel() {
    guard let by = pick(providers) else { return }
    let tasks = (0..<number(1...3)).map { _ in anyTask() }
    let grace: Int64? = chance(0.5) ? span(0...10_000) : nil
    _ = perform(.cancel(tasks, grace: grace, by: by), "cancel \(tasks) grace \(grace ?? -1)")
    for task in tasks {
      guard let record = state.record(task) else { continue }
      switch record.state {
      case .pendingCancellation:
        let longest = min(grace ?? .max, record.spec.maxShutdownTime)
        if record.killDue > now + longest { fail("task \(task) is killed later than \(longest) ms from now") }
      case .cancelled, .terminated: break
      case .inactive, .available, .running: fail("task \(task) is \(record.state.name) after its cancellation")
      }
    }
    if chance(0.1) {
      let task = anyTask()
      _ = perform(.abandon(task, by: by), "abandon \(task)")
    }
  }

  mutating func forget() {
    guard let by = pick(providers) else { return }
    let tasks = (0..<number(1...12)).map { _ in anyTask() }
    let rule: ForgetRule = chance(0.7) ? .ended : chance(0.5) ? .endedOrIdle : .everything
    _ = perform(.forget(tasks, rule, by: by), "forget \(rule) \(tasks)")
  }

  mutating func tick() {
    if chance(0.5), let due = state.nextDeadline, due > now, due < now + 86_400_000 { now = due }
    _ = perform(.tick, "tick")
    if let due = state.nextDeadline, due <= now { fail("after a tick at \(now) something is still due at \(due)") }
  }

  mutating func orderWorkers() {
    guard let by = pick(providers), let place = workers.indices.randomElement(using: &random) else { return }
    let id = workers[place].id ?? pick(state.allUsers)?.id ?? by.user
    let isBarred = state.view.barredNames.contains { $0.id == id }
    switch isBarred && chance(0.7) ? 0 : number(0...5) {
    case 0:
      let registration = WorkerRegistration(id: id, address: WorkerAddress(host: "h", port: 1))
      _ = perform(.registerWorker(registration, by: by), "register \(workers[place].name) \(id)")
    case 1:
      let requeue = chance(0.5)
      _ = perform(
        .unregisterWorker(id, requeue: requeue, by: by), "unregister \(workers[place].name) requeue \(requeue)")
    case 2:
      let until: Int64? = chance(0.5) ? now + span(0...60_000) : nil
      _ = perform(
        .changeWorker(id, WorkerChange(pause: WorkerPause(until: until)), by: by), "pause \(workers[place].name)")
    case 3:
      _ = perform(
        .changeWorker(id, WorkerChange(pause: .some(nil), draining: false, permissions: .all), by: by),
        "resume \(workers[place].name)")
    case 4:
      let permissions: WorkerPermissions = chance(0.5) ? [.claim] : [.report]
      _ = perform(.changeWorker(id, WorkerChange(permissions: permissions), by: by), "permissions \(permissions.names)")
    default:
      _ = perform(.changeWorker(id, WorkerChange(draining: true), by: by), "drain \(workers[place].name)")
    }
  }
}
