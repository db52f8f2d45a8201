import BanyanCore

/// What providers do: they make tasks, change, cancel, retry and forget them.
extension Simulation {
  private var names: ClosedRange<Int> { 0...40 }

  mutating func submit() {
    guard witness.order.count < Self.maxTasks, let by = pick(providers) else { return }
    let shape = number(0...9)
    var drafts =
      switch shape {
      case 0, 1: chain(number(3...9))
      case 2: fan(number(2...8))
      case 3: array(number(2...8))
      default: (0..<number(1...6)).map { _ in draft() }
      }
    if chance(0.02), let first = drafts.first { drafts.append(first) }
    var submission = Submission(tasks: drafts, by: by)
    if chance(0.2) { submission.key = ("key\(number(0...5))", [UInt8(number(0...1))]) }
    _ = perform(.submit(submission))
    // The answer was lost: the same request again, under the same key.
    if submission.key != nil, chance(0.3) { _ = perform(.submit(submission)) }
  }

  /// One after the other, named by their place in the request.
  private mutating func chain(_ length: Int) -> [TaskDraft] {
    let stem = "c\(witness.nextTurn).\(number(0...999))."
    return (0..<length).map { place in
      var draft = draft()
      draft.fields.name = "\(stem)\(place)"
      if place > 0, chance(0.5) || place == 1 { draft.after.append(.name("\(stem)\(place - 1)")) }
      if place < length - 1, chance(0.5) { draft.continuations.append(.name("\(stem)\(place + 1)")) }
      return draft
    }
  }

  /// One before many before one.
  private mutating func fan(_ width: Int) -> [TaskDraft] {
    let stem = "f\(witness.nextTurn).\(number(0...999))."
    var drafts = (0..<width).map { place in
      var draft = draft()
      draft.fields.name = "\(stem)\(place)"
      draft.after = place == 0 ? [] : [.name("\(stem)0")]
      return draft
    }
    var last = draft()
    last.after = (1..<width).map { .name("\(stem)\($0)") }
    drafts.append(last)
    return drafts
  }

  /// Many of a kind, with limits.
  private mutating func array(_ size: Int) -> [TaskDraft] {
    let first = draft()
    let stop: UInt32? = chance(0.7) ? UInt32(number(1...3)) : nil
    let most: UInt32? = chance(0.6) ? UInt32(number(1...3)) : nil
    return (0..<size).map { place in
      var draft = first
      draft.fields.name = nil
      draft.continuations = []
      if draft.fields.work == nil { draft.fields.work = .shell("true") }
      draft.fields.resources = draft.fields.resources ?? request()
      draft.fields.array = ArrayPlace(name: "array", index: Int64(place), maxRunning: most, stopAfterFailures: stop)
      return draft
    }
  }

  /// What failed or was cancelled is made anew, with what was cancelled below it.
  mutating func retry() {
    let failed = witness.order.filter { witness.tasks[$0]?.hasFailed == true }
    var tasks = (0..<number(1...3)).compactMap { _ in pick(failed) }
    if chance(0.1) { tasks.append(anyTask()) }
    guard let by = asker(of: tasks) else { return }
    var retry = Retry(tasks: tasks, by: by)
    if chance(0.3) { retry.key = ("again\(number(0...5))", [UInt8(number(0...1))]) }
    guard witness.order.count < Self.maxTasks + 20 else { return }
    _ = perform(.retry(retry))
  }

  private mutating func draft() -> TaskDraft {
    var fields = TaskFields()
    if chance(0.3) { fields.name = "n\(number(names))" }
    if chance(0.85) {
      fields.work = chance(0.8) ? .shell("true") : .program(["/bin/echo", "\(number(0...3))"])
      fields.resources = request()
    }
    if chance(0.01) { fields.resources = fields.resources == nil ? ResourceRequest() : nil }
    fields.priority = Int16(number(-1...1))
    if chance(0.2) { fields.queue = "slow" }
    fields.maxAttemptCount = UInt32(number(1...3))
    fields.maxLossCount = UInt32(number(0...2))
    fields.retryDelay = chance(0.3) ? span(0...5000) : 0
    fields.maxShutdownTime = span(0...30_000)
    if chance(0.1) { fields.notBefore = now + span(-5000...20_000) }
    if chance(0.1) { fields.onLostContact = .continue }
    if chance(0.1) { fields.labels = ["team": "t\(number(0...2))"] }
    return TaskDraft(
      fields: fields, isHeld: chance(0.07), wantsAvailable: chance(0.85), continuations: references(0.15, [.inactive]),
      after: references(0.4, [.inactive, .available, .running]))
  }

  mutating func request() -> ResourceRequest {
    var request = ResourceRequest()
    request.memoryBytes = Int64(number(0...4)) << 29
    request.coreCount = span(0...3)
    if chance(0.2) { request.corePercent = Double(span(0...100)) }
    if chance(0.25) {
      request.gpuCount = chance(0.8) ? 1 : 2
      request.coreCount = span(0...1)
      if chance(0.3) { request.gpuMemoryBytes = Int64(number(4...24)) << 30 }
      if chance(0.3) { request.gpuCapability = GPUCapability(major: span(6...9), minor: span(0...5)) }
    }
    if chance(0.1) { request.setCustom([CustomResource(name: "license", count: span(1...2))]) }
    return request
  }

  /// Tasks to tie to, most of them such that may be tied to.
  private mutating func references(_ part: Double, _ states: Set<TaskState>) -> [TaskReference] {
    guard chance(part) else { return [] }
    let isCareless = chance(0.15)
    return (0..<number(1...3)).compactMap { _ in
      if isCareless { return chance(0.3) ? .name("n\(number(names))") : .id(anyTask()) }
      guard let id = pick(witness.order.filter { states.contains(witness.tasks[$0]?.state ?? .cancelled) }) else {
        return nil
      }
      if chance(0.3), let name = witness.tasks[id]?.fields.name { return .name(name) }
      return .id(id)
    }
  }

  mutating func update() {
    let patches = (0..<(chance(0.8) ? 1 : number(2...3))).map { _ in patch() }
    guard let by = asker(of: patches.map(\.task)) else { return }
    _ = perform(.update(patches, by: by))
  }

  private mutating func patch() -> TaskPatch {
    var patch = TaskPatch(task: chance(0.6) ? anyTask([.inactive, .available]) : anyTask())
    if chance(0.5) { patch.changes = (0..<number(1...2)).map { _ in change(of: patch.task) } }
    if chance(0.5) {
      switch number(0...4) {
      case 4:
        // Back to one that it waits for: a cycle.
        let waiting = witness.order.filter { witness.tasks[$0]?.parents.isEmpty == false }
        guard let child = pick(waiting), let parent = pick(witness.tasks[child]?.parents ?? []) else { break }
        patch = TaskPatch(task: child)
        patch.addContinuations = [.id(parent)]
      case 0: patch.addContinuations = references(1, [.inactive])
      case 1: patch.continuations = references(0.7, [.inactive])
      default:
        let parents = witness.order.filter { witness.tasks[$0]?.children.isEmpty == false }
        guard let parent = pick(parents), let children = witness.tasks[parent]?.children else { break }
        patch.task = parent
        if chance(0.3) {
          patch.continuations = children.map { .id($0) }
        } else {
          patch.removeContinuations = pick(children).map { [.id($0)] } ?? []
        }
      }
    }
    if chance(0.3) { patch.state = pick([.available, .available, .cancelled]) }
    if patch.state == .cancelled, chance(0.5) { patch.grace = span(0...10_000) }
    return patch
  }

  /// A change of one field, now and then to the value that it has.
  private mutating func change(of task: TaskID) -> FieldChange {
    let fields = witness.tasks[task]?.fields
    switch number(0...17) {
    case 0: return .set(.name) { $0.name = "n\(number(names))" }
    case 1: return .set(.command) { $0.work = .shell(chance(0.5) ? "true" : "false") }
    case 2: return .set(.arguments) { $0.work = .program(["/bin/true"]) }
    case 3: return .set(.environment) { $0.environment = ["A": "\(number(0...1))"] }
    case 4: return .set(.workingDirectory) { $0.workingDirectory = "/w\(number(0...1))" }
    case 5:
      return [
        .set(.stdinPath) { $0.stdinPath = "/i" }, .set(.stdoutPath) { $0.stdoutPath = "/o" },
        .set(.stderrPath) { $0.stderrPath = "/e" },
      ][number(0...2)]
    case 6: return .set(.queue) { $0.queue = chance(0.5) ? "slow" : TaskFields.defaultQueue }
    case 7: return .set(.priority) { $0.priority = Int16(number(-2...2)) }
    case 8: return .set(.labels) { $0.labels = ["team": "t\(number(0...2))"] }
    case 9, 10: return .held(chance(0.5))
    case 11: return .set(.resources) { $0.resources = request() }
    case 12: return .set(.notBefore) { $0.notBefore = now + span(-1000...9000) }
    case 13: return .set(.onLostContact) { $0.onLostContact = chance(0.5) ? .stop : .continue }
    case 14:
      return chance(0.5)
        ? .set(.estimatedRuntime) { $0.estimatedRuntime = span(0...9000) }
        : .set(.maxRuntime) { $0.maxRuntime = span(1...9000) }
    case 15: return .set(.maxShutdownTime) { $0.maxShutdownTime = span(0...30_000) }
    case 16:
      return chance(0.5)
        ? .set(.maxAttemptCount) { $0.maxAttemptCount = UInt32(number(1...3)) }
        : .set(.maxLossCount) { $0.maxLossCount = UInt32(number(0...2)) }
    default: return .set(.retryDelay) { $0.retryDelay = chance(0.5) ? fields?.retryDelay ?? 0 : span(0...5000) }
    }
  }

  mutating func cancel() {
    let tasks = (0..<number(1...3)).map { _ in chance(0.4) ? anyTask([.running, .pendingCancellation]) : anyTask() }
    guard let by = asker(of: tasks) else { return }
    _ = perform(.cancel(tasks, grace: chance(0.5) ? span(0...10_000) : nil, by: by))
    guard chance(0.15) else { return }
    let lost = anyTask([.running, .pendingCancellation])
    if let by = asker(of: [lost]) { _ = perform(.abandon(lost, by: by)) }
  }

  mutating func forget() {
    let tasks = (0..<number(1...12)).map { _ in anyTask() }
    guard let by = asker(of: tasks) else { return }
    _ = perform(.forget(tasks, chance(0.7) ? .ended : chance(0.5) ? .endedOrIdle : .everything, by: by))
  }

  mutating func tick() {
    if chance(0.5), let due = state.nextDeadline, due > now, due < now + 86_400_000 { now = due }
    _ = perform(.tick)
    guard failures.isEmpty else { return }
    if let due = state.nextDeadline {
      if !(due > now) {
        fail(.time, "after a tick at \(now) something is still due at \(due)")
      }
    }
    if let due = witness.nextDeadline {
      require((state.nextDeadline ?? .max) <= due, .time, "nobody is to be woken at \(due), when something is due")
    }
  }

  mutating func orderWorkers() {
    guard let by = orderer(), let place = workers.indices.randomElement(using: &random) else { return }
    let id = workers[place].id ?? pick(state.allUsers)?.id ?? by.user
    switch witness.barred[id] != nil && chance(0.7) ? 0 : number(0...6) {
    case 0:
      let registration = WorkerRegistration(
        id: chance(0.9) ? id : pick(state.allUsers)?.id ?? id, address: WorkerAddress(host: "h", port: 1))
      _ = perform(.registerWorker(registration, by: by))
    case 1: _ = perform(.unregisterWorker(id, requeue: chance(0.5), by: by))
    case 2:
      let pause = WorkerPause(note: "disk", until: chance(0.5) ? now + span(0...60_000) : nil)
      _ = perform(.changeWorker(id, WorkerChange(pause: pause), by: by))
    case 3, 4:
      _ = perform(
        .changeWorker(
          id, WorkerChange(pause: .some(nil), draining: false, permissions: .all, liftsQuarantine: chance(0.5)), by: by)
      )
    case 5: _ = perform(.changeWorker(id, WorkerChange(permissions: chance(0.5) ? [.claim] : [.report]), by: by))
    default: _ = perform(.changeWorker(id, WorkerChange(draining: true), by: by))
    }
  }

  mutating func orderUsers() {
    let (name, by) = ("u\(number(0...3))", orderer())
    if let known = state.allUsers.first(where: { $0.name == name }), chance(0.7) {
      _ = perform(.revokeUser(known.id, by: by))
    } else {
      let hash = (0..<32).map { _ in UInt8(number(0...255)) }
      let role = chance(0.5) ? Role.viewer : .provider
      _ = perform(.addUser(name: name, role: role, isAdmin: chance(0.3), tokenHash: hash, by: by))
    }
  }
}

extension Witness {
  /// When something is due that the histories tell of; nil: nothing is.
  var nextDeadline: Int64? {
    let delays = tasks.values.lazy.filter { $0.state == .available && $0.delayedUntil != 0 }.map(\.delayedUntil).min()
    let orders = machines.values.lazy.compactMap { $0.unregistering?.deadline }.min()
    let pauses = machines.values.lazy.compactMap { $0.pause?.until }.min()
    return [delays, orders, pauses].compactMap { $0 }.min()
  }
}
