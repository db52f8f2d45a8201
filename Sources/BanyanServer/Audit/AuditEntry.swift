import BanyanCore
import BanyanJSON
import BanyanWire

/// Something that somebody did, or was refused.
struct AuditEntry: Sendable {
  /// Who, by name; a worker's own name where it speaks for itself.
  var by: String
  /// What, as the audit log calls it.
  var action: String
  /// How many tasks it was about.
  var count: Int?
  /// Which things it was about; of many the first.
  var subjects: [String]
  /// Why it was refused; nil: it was done.
  var refusal: Rejection?

  /// So many subjects of one entry are named.
  static let maxSubjects = 20

  init(by: String, action: String, count: Int? = nil, subjects: [String] = [], refusal: Rejection? = nil) {
    self.by = by
    self.action = action
    self.count = count
    self.subjects = Array(subjects.prefix(Self.maxSubjects))
    self.refusal = refusal
  }

  /// One line of JSON, without its end. It holds no token: none reaches this place.
  func write(at time: Int64, into line: inout [UInt8]) {
    JSONText.object(into: &line) { entry in
      entry.set("time", WireDate.text(time))
      entry.set("by", by)
      entry.set("action", action)
      if let count { entry.set("count", count) }
      if !subjects.isEmpty { entry.array("subjects") { for subject in subjects { $0.append(subject) } } }
      entry.set("outcome", refusal == nil ? "done" : "refused")
      if let refusal {
        entry.set("code", refusal.kind.rawValue)
        entry.set("reason", refusal.message)
      }
    }
  }
}

extension AuditEntry {
  /// What a command that a person or a worker gave comes to; nil: it is daily work, or nobody gave it.
  /// - Parameters:
  ///   - command: what was asked.
  ///   - refusal: why it was refused; nil: it was done.
  ///   - answer: what it came to, if it was done.
  init?(_ command: Command, refusal: Rejection?, _ answer: Answer? = nil) {
    switch command {
    case .submit(let submission):
      self.init(
        by: submission.by.name, action: "submit", count: submission.tasks.count,
        subjects: (answer?.made ?? []).prefix(Self.maxSubjects).map(\.description), refusal: refusal)
    case .submitJob(let submission):
      guard case .jobSubmitted(let receipt)? = answer else {
        self.init(by: submission.by.name, action: "submit job", refusal: refusal)
        return
      }
      self.init(
        by: submission.by.name, action: "submit job", count: receipt.taskCount,
        subjects: [receipt.number.description], refusal: refusal)
    case .changeJob(let change):
      var count: Int?
      if case .jobChanged(let counts)? = answer {
        count = counts.changed + counts.cancelled + counts.toldToStop + counts.others
      }
      self.init(
        by: change.by.name, action: change.cancels ? "cancel job" : "change job", count: count,
        subjects: [change.job.description], refusal: refusal)
    case .retryJob(let retry):
      var count: Int?
      if case .retried(let copies)? = answer { count = copies.count }
      self.init(
        by: retry.by.name, action: "retry job", count: count, subjects: [retry.job.description], refusal: refusal)
    case .forgetJobs(let jobs, let by):
      self.init(
        by: by.name, action: "forget job", count: jobs.count,
        subjects: jobs.prefix(Self.maxSubjects).map(\.description), refusal: refusal)
    case .update(let patches, let by):
      if by.role == .worker {
        // A worker's claims and reports are daily work; what it had no right to is not.
        guard let refusal, refusal.kind.isAboutRights else { return nil }
        self.init(by: by.name, action: "report", count: patches.count, patches.map(\.task), refusal)
      } else {
        self.init(by: by.name, action: "change", count: patches.count, patches.map(\.task), refusal)
      }
    case .measure(let task, _, let by):
      guard let refusal, refusal.kind.isAboutRights else { return nil }
      self.init(by: by.name, action: "report memory usage", count: 1, [task], refusal)
    case .cancel(let tasks, _, let by): self.init(by: by.name, action: "cancel", count: tasks.count, tasks, refusal)
    case .retry(let retry):
      self.init(by: retry.by.name, action: "retry", count: retry.tasks.count, retry.tasks, refusal)
    case .forget(let tasks, _, let by): self.init(by: by.name, action: "forget", count: tasks.count, tasks, refusal)
    case .abandon(let task, let by): self.init(by: by.name, action: "abandon", count: 1, [task], refusal)
    case .registerWorker(let registration, let by):
      self.init(by: by.name, action: "register worker", [registration.id], refusal)
    case .changeWorker(let worker, _, let by): self.init(by: by.name, action: "change worker", [worker], refusal)
    case .unregisterWorker(let worker, _, let by):
      self.init(by: by.name, action: "unregister worker", [worker], refusal)
    case .addUser(let name, let role, let isAdmin, _, let by):
      self.init(
        by: by?.name ?? Self.server, action: "add user", subjects: [name, role.rawValue] + (isAdmin ? ["admin"] : []),
        refusal: refusal)
    case .revokeUser(let user, let by):
      self.init(by: by?.name ?? Self.server, action: "revoke user", [user], refusal)
    default: return nil
    }
  }

  /// Who did what nobody asked for.
  static let server = "the server"

  private init(by: String, action: String, count: Int? = nil, _ subjects: [Identifier], _ refusal: Rejection?) {
    self.init(
      by: by, action: action, count: count, subjects: subjects.prefix(Self.maxSubjects).map(\.description),
      refusal: refusal)
  }
}

extension Answer {
  /// The tasks that a submission made; of many the first.
  fileprivate var made: [TaskID] {
    if case .submitted(let tasks) = self { Array(tasks.prefix(AuditEntry.maxSubjects)) } else { [] }
  }
}

extension Rejection.Kind {
  /// Somebody tried what it has no right to: no token, another's, or one that was given up on.
  var isAboutRights: Bool {
    switch self {
    case .unauthenticated, .forbidden, .conflict: true
    default: false
    }
  }
}
