import BanyanCore

/// Somebody who sees what is asked of jobs and what is answered, and who has never seen how the queue keeps them: one entry
/// for each task, every edge from task to task, every text put together. What each member has to be follows from that
/// history alone.
package struct JobWitness: Sendable {
  struct Parameter: Hashable, Sendable {
    var name: String
    var text: CodePoints
    var value: String { text.text }
  }

  /// Why a task ended other than in success.
  enum Reason: Hashable, Sendable {
    case none, words
    case parent(TaskID)
  }

  struct Task: Sendable {
    let id: TaskID
    let owner: String
    let place: JobPlace
    /// Which of its job's families it is of; nil: it was posted by itself.
    var family: Int?
    var name: String?
    /// As its family was written: with placeholders.
    var fields: TaskFields
    var parameters: [Parameter] = []
    var isHeld = false
    /// Never `held`: that is told by ``isHeld``.
    var state = MemberState.inactive
    var parents: Set<TaskID> = []
    var children: Set<TaskID> = []
    var attempts: UInt32 = 0
    var losses: UInt32 = 0
    /// Not claimable before; 0: at any time.
    var due: Int64 = 0
    var killDue: Int64 = 0
    var worker: WorkerID?
    var reason = Reason.none
    /// The task whose success stands for its own.
    var origin: TaskID?

    var isGroup: Bool { fields.work == nil }
    var isWaiting: Bool { state == .inactive || state == .available }
    var isLive: Bool { state == .running || state == .pendingCancellation }
    var isEnded: Bool { !isWaiting && !isLive }
    var isClaimable: Bool { state == .available && !isHeld && due == 0 }
    /// What its member counts as.
    var counted: MemberState { isWaiting && isHeld ? .held : state }
  }

  struct Family: Sendable {
    var members: Range<UInt32>
    /// It was written with parameters: its limits hold.
    var isArray: Bool
    var maxRunning: UInt32?
    var stopAfterFailures: UInt32?
  }

  struct Job: Sendable {
    var number: JobNumber
    var owner: String
    var name: String?
    /// What it is found as: its name, or that of the only task that it was written as.
    var shownName: String?
    var labels = TextMap()
    var families: [Family] = []
    var memberCount: UInt32
    var resumes: JobNumber?
    var started: Int64?
  }

  struct Kept: Sendable {
    var body: [UInt8]
    var job: JobReceipt?
    var pairs: [TaskID: TaskID] = [:]
  }

  var tasks: [TaskID: Task] = [:]
  var jobs: [JobNumber: Job] = [:]
  /// What was made at each place, the newest last.
  var standing: [JobPlace: [TaskID]] = [:]
  var keys: [String: Kept] = [:]
  /// Every task that there ever was.
  var everKnown: Set<TaskID> = []
  /// Where each claimable task stood in the row when it was last looked at.
  var turns: [TaskID: UInt64] = [:]
  var nextJob: UInt64 = 1
  var now: Int64 = 0

  // What the command at hand did.
  var touched: Set<TaskID> = []
  var touchedJobs: Set<JobNumber> = []
  /// Whose places in the row may be other ones.
  var movesUp: Set<TaskID> = []
  var orders: Set<TaskID> = []
  /// In which jobs.
  var cancelled: [JobNumber] = []
  var broken: [Failure] = []

  package init() {}

  mutating func require(_ holds: Bool, _ check: Check, _ words: @autoclosure () -> String) {
    if !holds { broken.append(Failure(check, words())) }
  }

  // MARK: Reading

  func newest(_ place: JobPlace) -> TaskID? { standing[place]?.last }
  func isNewest(_ id: TaskID) -> Bool { tasks[id].map { newest($0.place) == id } ?? false }

  /// The newest tasks of a job's members, in their order.
  func members(of job: JobNumber) -> [TaskID] {
    (1...max(1, jobs[job]?.memberCount ?? 1)).compactMap { newest(JobPlace(job: job, member: $0)) }
  }

  func members(of family: Family, in job: JobNumber) -> [TaskID] {
    family.members.compactMap { newest(JobPlace(job: job, member: $0)) }
  }

  func family(of task: Task) -> Family? {
    guard let number = task.family else { return nil }
    return jobs[task.place.job]?.families[number]
  }

  func mayChange(_ asker: Principal, _ owner: String) -> Bool {
    asker.role == .provider && (asker.isAdmin || asker.name == owner)
  }

  /// Whether it waits for a task that has yet to succeed.
  func waitsForParents(_ task: Task) -> Bool { !task.parents.allSatisfy { tasks[$0]?.state == .succeeded } }

  // MARK: Changing

  mutating func change(_ id: TaskID, _ body: (inout Task) -> Void) {
    guard var task = tasks.removeValue(forKey: id) else { return }
    body(&task)
    tasks[id] = task
    touch(task)
  }

  mutating func touch(_ task: Task) {
    touched.insert(task.id)
    touchedJobs.insert(task.place.job)
  }

  mutating func add(_ task: Task) {
    if let old = newest(task.place) { touched.insert(old) }
    tasks[task.id] = task
    everKnown.insert(task.id)
    standing[task.place, default: []].append(task.id)
    touch(task)
  }

  mutating func connect(_ parent: TaskID, _ child: TaskID) {
    tasks[parent]?.children.insert(child)
    tasks[child]?.parents.insert(parent)
    touched.insert(child)
    touched.insert(parent)
  }

  /// Nothing holds it back but its provider and its delay: it waits for a worker, or passes, if it is a group.
  mutating func letGo(_ id: TaskID) {
    guard let task = tasks[id] else { return }
    if task.isGroup { return succeed(id) }
    let due = task.fields.notBefore.map { $0 > now ? $0 : 0 } ?? 0
    change(id) {
      $0.state = .available
      $0.due = due
    }
  }

  mutating func succeed(_ id: TaskID) {
    var work = [id]
    while let next = work.popLast() {
      change(next) { $0.state = .succeeded }
      for child in tasks[next]?.children ?? [] {
        touched.insert(child)
        guard let task = tasks[child], task.state == .inactive, !waitsForParents(task) else { continue }
        if task.isGroup { work.append(child) } else { letGo(child) }
      }
    }
  }

  /// It ended without success: all that waits for it is cancelled.
  mutating func end(_ id: TaskID, _ state: MemberState, _ reason: Reason) {
    if state == .cancelled, let task = tasks[id] { cancelled.append(task.place.job) }
    change(id) {
      $0.state = state
      $0.reason = reason
      $0.due = 0
    }
    var work = [id]
    var next = 0
    while next < work.count {
      let parent = work[next]
      next += 1
      for child in tasks[parent]?.children ?? [] where tasks[child]?.state == .inactive {
        change(child) {
          $0.state = .cancelled
          $0.reason = .parent(parent)
        }
        if let task = tasks[child] { cancelled.append(task.place.job) }
        work.append(child)
      }
    }
  }

  /// A family that had enough failures is stopped.
  mutating func stopFamily(of id: TaskID) {
    guard let task = tasks[id], task.state == .failed, let family = family(of: task), family.isArray,
      let limit = family.stopAfterFailures
    else { return }
    let members = members(of: family, in: task.place.job)
    guard members.count(where: { tasks[$0]?.state == .failed }) >= limit else { return }
    for member in members where tasks[member]?.isWaiting == true || tasks[member]?.state == .running {
      cancel(member, grace: nil)
    }
  }

  /// A cancellation was asked for.
  mutating func cancel(_ id: TaskID, grace: Int64?) {
    guard let task = tasks[id], !task.isEnded else { return }
    if task.isWaiting { return end(id, .cancelled, .words) }
    let wanted = min(task.fields.maxShutdownTime, max(0, grace ?? task.fields.maxShutdownTime))
    guard task.state == .running || now + wanted < task.killDue else { return }
    orders.insert(id)
    let killDue = now + wanted
    change(id) {
      $0.state = .pendingCancellation
      $0.killDue = killDue
      $0.reason = .words
    }
  }

  mutating func forget(_ gone: Set<TaskID>) {
    for id in gone {
      guard let task = tasks.removeValue(forKey: id) else { continue }
      touched.remove(id)
      touchedJobs.insert(task.place.job)
      turns[id] = nil
      for child in task.children where tasks[child] != nil { change(child) { $0.parents.remove(id) } }
      for parent in task.parents where tasks[parent] != nil { change(parent) { $0.children.remove(id) } }
      standing[task.place]?.removeAll { $0 == id }
      for other in standing[task.place] ?? [] { touched.insert(other) }
      if standing[task.place]?.isEmpty == true { standing[task.place] = nil }
    }
    touched.subtract(gone)
    let jobsWithTasks = Set(standing.keys.map(\.job))
    for number in touchedJobs where !jobsWithTasks.contains(number) { jobs[number] = nil }
  }

  // MARK: Texts

  /// A text with the values in their places.
  static func filled(_ text: String, _ parameters: [Parameter]) -> String {
    guard !parameters.isEmpty, text.utf8.contains(UInt8(ascii: "{")) else { return text }
    let scalars = Array(text.unicodeScalars)
    let names = parameters.map { Array("{\($0.name)}".unicodeScalars) }
    var filled = String.UnicodeScalarView()
    var place = 0
    while place < scalars.count {
      if let number = names.firstIndex(where: { scalars[place...].starts(with: $0) }) {
        filled.append(contentsOf: parameters[number].value.unicodeScalars)
        place += names[number].count
      } else {
        filled.append(scalars[place])
        place += 1
      }
    }
    return String(filled)
  }

  /// What a task says, with its own name and values; its array apart.
  static func whole(_ task: Task) -> TaskFields {
    var fields = task.fields
    fields.array = nil
    fields.name = task.name
    let values = task.parameters
    switch fields.work {
    case .shell(let line): fields.work = .shell(filled(line, values))
    case .program(let words): fields.work = .program(words.map { filled($0, values) })
    case nil: break
    }
    for (key, text) in task.fields.environment { fields.environment[key] = filled(text, values) }
    for (key, text) in task.fields.labels { fields.labels[key] = filled(text, values) }
    fields.stdoutPath = fields.stdoutPath.map { filled($0, values) }
    fields.workingDirectory = fields.workingDirectory.map { filled($0, values) }
    return fields
  }
}
