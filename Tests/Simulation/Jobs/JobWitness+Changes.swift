import BanyanCore

/// What becomes of members when their job is changed, tried again or forgotten.
extension JobWitness {
  /// The members that are meant; nil: there are none of these numbers.
  private func chosen(_ ranges: [ClosedRange<UInt32>]?, of job: Job) -> [TaskID]? {
    guard let ranges else { return members(of: job.number) }
    guard ranges.allSatisfy({ $0.lowerBound > 0 && $0.upperBound <= job.memberCount }) else { return nil }
    let wanted = Set(ranges.flatMap { Array($0) })
    return members(of: job.number).filter { tasks[$0].map { wanted.contains($0.place.member) } ?? false }
  }

  /// Whether a change has to be refused.
  func isRefused(_ change: JobChange) -> Bool {
    guard let job = jobs[change.job], mayChange(change.by, job.owner), chosen(change.members, of: job) != nil else {
      return true
    }
    let allowed: Set<String> = ["labels", "priority", "queue", "not_before", "held"]
    return !change.changes.allSatisfy { allowed.contains($0.name) }
      || change.members != nil && change.maxRunning != nil
  }

  /// A job was changed.
  mutating func apply(_ order: JobChange, _ answer: JobChangeCounts) {
    guard let job = jobs[order.job], let ids = chosen(order.members, of: job) else { return }
    touchedJobs.insert(job.number)
    var changed: Set<TaskID> = []
    for case .field(let field, let values) in order.changes where field.name == "labels" {
      label(ids, job, values.labels, isWhole: order.members == nil || job.memberCount == 1, &changed)
    }
    let waiting = ids.filter { tasks[$0]?.isWaiting ?? false }
    let fields = order.changes.filter { $0.name != "labels" && $0.name != "held" }
    for id in waiting {
      guard let task = tasks[id] else { continue }
      var other = task.fields
      for change in fields { other.set(change) }
      guard
        other.priority != task.fields.priority || other.queue != task.fields.queue
          || other.notBefore != task.fields.notBefore
      else { continue }
      changed.insert(id)
      movesUp.insert(id)
      let due = fields.contains { $0.name == "not_before" } ? other.notBefore.map { $0 > now ? $0 : 0 } ?? 0 : task.due
      change(id) {
        $0.fields = other
        if $0.state == .available { $0.due = due }
      }
    }
    for case .held(let isHeld) in order.changes {
      for id in waiting where tasks[id]?.isHeld != isHeld {
        changed.insert(id)
        movesUp.insert(id)
        change(id) { $0.isHeld = isHeld }
      }
    }
    if let limit = order.maxRunning { self.limit(ids, limit, &changed) }
    if order.releases {
      let ready = waiting.filter { id in
        tasks[id].map { $0.state == .inactive && !waitsForParents($0) } ?? false
      }
      changed.formUnion(ready)
      for id in ready { letGo(id) }
    }
    require(
      answer.changed == changed.count, .answers,
      "\(answer.changed) members of job \(job.number) were changed, it says, and it is \(changed.count)")
    if order.cancels {
      let live = ids.filter { tasks[$0]?.isLive ?? false }
      for id in waiting { cancel(id, grace: order.grace) }
      for id in live { cancel(id, grace: order.grace) }
      changed.formUnion(waiting)
      changed.formUnion(orders)
    }
    // What waits for it in other jobs is told apart.
    let own = cancelled.count { $0 == job.number }
    let (others, told, unchanged) = (cancelled.count - own, orders.count, Set(ids).subtracting(changed).count)
    require(
      answer.cancelled == own && answer.others == others && answer.toldToStop == told
        && answer.unchanged == unchanged, .answers,
      "\(answer) by the change of job \(job.number), and it is \(own), \(others), \(told) and \(unchanged)")
  }

  private mutating func label(
    _ ids: [TaskID], _ job: Job, _ labels: TextMap, isWhole: Bool, _ changed: inout Set<TaskID>
  ) {
    if isWhole, job.labels == labels { return }
    changed.formUnion(isWhole ? ids : ids.filter { tasks[$0]?.fields.labels != labels })
    if isWhole { jobs[job.number]?.labels = labels }
    for id in ids {
      change(id) { task in
        guard isWhole else { return task.fields.labels = labels }
        for (name, text) in job.labels where task.fields.labels[name] == text { task.fields.labels[name] = nil }
        for (name, text) in labels { task.fields.labels[name] = text }
      }
    }
  }

  private mutating func limit(_ ids: [TaskID], _ limit: UInt32?, _ changed: inout Set<TaskID>) {
    let limited = ids.filter { id in
      tasks[id].flatMap { family(of: $0) }.map { $0.isArray && $0.maxRunning != limit } ?? false
    }
    changed.formUnion(limited)
    guard let id = limited.first, let number = tasks[id]?.place.job, let families = jobs[number]?.families else {
      return
    }
    for place in families.indices where families[place].isArray { jobs[number]?.families[place].maxRunning = limit }
    for (place, ids) in standing where place.job == number { touched.formUnion(ids) }
  }

  // MARK: Trying again

  /// What lies below a task: also what was put below those that stood at its place before.
  private func below(_ id: TaskID) -> Set<TaskID> {
    guard let place = tasks[id]?.place else { return [] }
    return (standing[place] ?? []).prefix { $0 != id }.reduce(tasks[id]?.children ?? []) {
      $0.union(tasks[$1]?.children ?? [])
    }
  }

  /// The members that a retry of a job means; nil: it has to be refused.
  func meant(_ retry: JobRetry) -> [TaskID]? {
    guard let job = jobs[retry.job], mayChange(retry.by, job.owner), let ids = chosen(retry.members, of: job) else {
      return nil
    }
    let wanted = retry.states ?? [.failed, .cancelled]
    guard wanted.isSubset(of: [.failed, .cancelled]) else { return nil }
    let meant = ids.filter { tasks[$0].map { wanted.contains($0.state) } ?? false }
    return meant.isEmpty ? nil : meant
  }

  /// Whether amounts of resources are asked for where nothing runs.
  func isForGroups(_ resources: ResourceChange?, _ named: [TaskID]) -> Bool {
    resources != nil && named.allSatisfy { tasks[$0]?.isGroup ?? true }
  }

  /// What a retry of tasks makes anew; nil: it has to be refused.
  func copied(_ named: [TaskID], by asker: Principal) -> [TaskID]? {
    var all: [TaskID] = []
    for id in named {
      guard let task = tasks[id], mayChange(asker, task.owner), isNewest(id),
        task.state == .failed || task.state == .cancelled
      else { return nil }
      if !all.contains(id) { all.append(id) }
    }
    var known = Set(all)
    var next = 0
    while next < all.count {
      for child in below(all[next]) where tasks[child]?.state == .cancelled && isNewest(child) {
        if let owner = tasks[child]?.owner, mayChange(asker, owner), known.insert(child).inserted { all.append(child) }
      }
      next += 1
    }
    for id in all {
      guard let task = tasks[id] else { return nil }
      if task.state == .cancelled, case .parent(let parent) = task.reason, tasks[parent] == nil { return nil }
      for parent in parents(now: task) where !known.contains(parent) {
        guard let state = tasks[parent]?.state else { continue }
        if state == .failed || state == .cancelled || state == .pendingCancellation { return nil }
      }
    }
    return all
  }

  /// What stands now where a task's parents stood.
  private func parents(now task: Task) -> Set<TaskID> {
    Set(task.parents.compactMap { id in tasks[id].flatMap { newest($0.place) } ?? id })
  }

  /// Tasks were made in the places of others.
  mutating func remake(
    _ pairs: [(copy: TaskID, of: TaskID)], named: [TaskID], _ changes: [FieldChange], _ resources: ResourceChange?
  ) {
    let copies = Dictionary(pairs.map { ($0.of, $0.copy) }, uniquingKeysWith: { first, _ in first })
    let parents = Dictionary(
      pairs.compactMap { pair in tasks[pair.of].map { (pair.of, self.parents(now: $0)) } },
      uniquingKeysWith: { first, _ in first })
    for (copy, old) in pairs {
      guard let original = tasks[old] else { continue }
      require(
        original.state == .failed || original.state == .cancelled, .retries,
        "\(old) is \(original.state) and runs again")
      var task = Task(
        id: copy, owner: original.owner, place: original.place, family: original.family, name: original.name,
        fields: original.fields, parameters: original.parameters)
      // What comes back with those that were named comes back as it was.
      task.isHeld = original.isHeld
      if named.contains(old) {
        for change in changes { task.fields.set(change) }
        for case .held(let isHeld) in changes { task.isHeld = isHeld }
        // Amounts that nobody names are what they were; a group reserves none.
        if let resources, !task.isGroup, var request = task.fields.resources {
          if resources.amounts.contains(.memory) { request.memoryBytes = resources.values.memoryBytes }
          if resources.amounts.contains(.cores) { request.coreCount = resources.values.coreCount }
          task.fields.resources = request
        }
      }
      add(task)
    }
    for (copy, old) in pairs {
      for parent in parents[old] ?? [] {
        if let again = copies[parent] {
          connect(again, copy)
        } else if let task = tasks[parent], task.state != .succeeded {
          connect(parent, copy)
        }
      }
    }
    for id in named {
      if let copy = copies[id], let task = tasks[copy], task.state == .inactive, !waitsForParents(task) { letGo(copy) }
    }
  }

  // MARK: Forgetting

  /// Whether jobs can't be forgotten.
  func isRefused(forgetting numbers: [JobNumber], by asker: Principal) -> Bool {
    numbers.contains { number in
      guard let job = jobs[number], mayChange(asker, job.owner) else { return true }
      return members(of: number).contains { tasks[$0]?.isEnded == false }
    }
  }

  func everyTask(of jobs: [JobNumber]) -> Set<TaskID> {
    Set(standing.filter { jobs.contains($0.key.job) }.flatMap(\.value))
  }
}
