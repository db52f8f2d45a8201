import BanyanCore
import BanyanJSON
import BanyanTerminal
import BanyanWire

/// A task for a person: what it is, how it goes, when and where it ran, what it asked for and what it used.
struct TaskPortrait {
  let item: JSON
  /// Oldest first.
  let attempts: [JSON]
  /// Why it waits, or how it ended.
  let reason: String
  var names = TaskNames()
  var workers: [String: String] = [:]
  /// Values of the environment are told, too.
  var isWide = false
  let now: Int64

  /// What is told by lines of their own, or of no use to a person.
  private static let told: Set<String> = [
    "_id", "_created", "_updated", "name", "state", "outcome", "cause", "exit_status", "command", "arguments",
    "requested_resources", "environment", "job", "member", "family", "owner", "working_directory", "worker_id",
    "last_worker_id", "started", "ended", "execution_data_id", "claim_number", "attempt_count", "max_attempt_count",
    "pending_dependency_count", "held", "parameters",
  ]
  /// What says nothing where it is at its default.
  private static let defaults: [String: JSON] = [
    "queue": "default", "priority": 0, "on_lost_contact": "stop", "max_shutdown_time_milliseconds": 30_000,
    "max_loss_count": 3, "retry_delay_milliseconds": 0, "loss_count": 0, "continuations": [],
  ]
  private static let words = [
    "continuations": "then", "max_shutdown_time_milliseconds": "grace", "max_runtime_milliseconds": "time limit",
    "retry_delay_milliseconds": "retry delay", "loss_count": "losses", "max_loss_count": "max losses",
    "replaces": "replaces", "replaced_by": "tried again", "taken_over_from": "taken over", "not_before": "not before",
    "stdin_path": "stdin", "stdout_path": "stdout", "stderr_path": "stderr", "on_lost_contact": "lost contact",
  ]

  /// The identifiers in it that a person knows by other names.
  static func mentions(_ item: JSON, _ reason: String) -> [String] {
    let words = ["replaces", "replaced_by", "taken_over_from"].compactMap { item[$0]?.string }
    return [reason] + words + (item["continuations"]?.array ?? []).prefix(20).compactMap(\.string)
  }

  func portrait() -> Portrait {
    var portrait = Portrait()
    guard let view = TaskView(item) else { return portrait }
    portrait.add("task", view.label, .strong)
    portrait.add("state", state(view), view.style)
    if reason != item["exit_status"]?.string { portrait.add("why", shown(reason)) }
    portrait.add("exit", item["exit_status"]?.string.map(ExitRemark.shown))
    portrait.add("command", TaskListing.command(item))
    for (name, value) in item["parameters"]?.object ?? [:] {
      portrait.add("parameters", "\(name)=\(value.string ?? "")")
    }
    portrait.add("folder", attempts.last?["working_directory"]?.string ?? item["working_directory"]?.string)
    portrait.add("submitted", moment("_created").map { "\(time($0)) by \(item["owner"]?.string ?? "")" })
    portrait.add("ran", run(view))
    if item["requested_resources"] != nil {
      portrait.add("asked", TaskListing.needs(item["requested_resources"]))
    }
    if let last = attempts.last { portrait.add("used", Self.usage(last)) }
    portrait.add("remark", remark, .waiting)
    let most = item["max_attempt_count"]?.integer ?? 1
    if most > 1 { portrait.add("attempts", "\(item["attempt_count"]?.integer ?? 0) of \(most)") }
    for (key, value) in item.object ?? [:] where !Self.told.contains(key) && Self.defaults[key] != value {
      portrait.add(Self.words[key] ?? key.replacing("_", with: " "), text(key, value))
    }
    let variables = item["environment"]?.object ?? [:]
    if isWide {
      for (key, value) in variables { portrait.add("environment", "\(key)=\(ShellWords.quoted(value.string ?? ""))") }
    } else if !variables.isEmpty {
      portrait.add("environment", "\(variables.keys.joined(separator: " "))  (-o wide: their values)")
    }
    portrait.add("id", view.id, .faint)
    return portrait
  }

  /// The attempts as a table, where there are several.
  func history() -> Table? {
    guard attempts.count > 1 else { return nil }
    var table = Table([
      Table.Column(title: "ATTEMPT", isRight: true), Table.Column(title: "WORKER", minWidth: 6, importance: 3),
      Table.Column(title: "STARTED", importance: 2), Table.Column(title: "TOOK", isRight: true, importance: 4),
      Table.Column(title: "EXIT", minWidth: 10), Table.Column(title: "USED", minWidth: 8, importance: 1),
    ])
    for attempt in attempts {
      table.rows.append([
        Table.Cell("\(attempt["claim_number"]?.integer ?? 0)"), Table.Cell(worker(attempt["worker_id"])),
        Table.Cell(TimeWords.moment(attempt["time_started"]).map { TimeWords.short($0, now: now) } ?? ""),
        Table.Cell(Self.took(attempt).map(TimeWords.span) ?? ""),
        Table.Cell(attempt["exit_status"]?.string ?? ""), Table.Cell(Self.usage(attempt) ?? ""),
      ])
    }
    return table
  }

  // MARK: Parts

  private func moment(_ member: String) -> Int64? { TimeWords.moment(item[member]) }

  private func time(_ moment: Int64) -> String {
    "\(TimeWords.short(moment, now: now, hasSeconds: true)) (\(TimeWords.ago(moment, now: now)))"
  }

  private func state(_ view: TaskView) -> String {
    guard view.isEnded, let ended = moment("ended") else { return view.stateWord }
    return "\(view.stateWord), \(TimeWords.ago(ended, now: now))"
  }

  /// When and where its newest attempt ran.
  private func run(_ view: TaskView) -> String? {
    guard let last = attempts.last else { return nil }
    let place = " on \(worker(last["worker_id"]))"
    guard let start = TimeWords.moment(last["time_started"]) else { return "claimed, not begun\(place)" }
    let began = TimeWords.short(start, now: now, hasSeconds: true)
    guard let end = TimeWords.moment(last["time_terminated"]) else {
      return view.isEnded ? "since \(began)\(place)" : "since \(began), \(TimeWords.span(max(0, now - start)))\(place)"
    }
    let ended = TimeWords.short(end, now: now, hasSeconds: true)
    return "\(began) to \(ended), \(TimeSpan.text(max(0, end - start)))\(place)"
  }

  private func worker(_ id: JSON?) -> String { id?.string.map { workers[$0] ?? "a worker that is gone" } ?? "" }

  private static func took(_ attempt: JSON) -> Int64? {
    guard let start = TimeWords.moment(attempt["time_started"]), let end = TimeWords.moment(attempt["time_terminated"])
    else { return nil }
    return max(0, end - start)
  }

  /// What an attempt used, as far as it is known.
  static func usage(_ attempt: JSON) -> String? {
    var words: [String] = []
    if let peak = attempt["peak_memory_bytes"]?.integer {
      words.append("\(ByteCount.text(peak)) of memory at most")
    } else if let memory = attempt["memory"]?["resident_memory_bytes"]?.integer {
      words.append("\(ByteCount.text(memory)) of memory")
    }
    if let seconds = attempt["cpu_seconds"]?.double {
      let share = took(attempt).flatMap { span -> String? in
        guard span >= 1000 else { return nil }
        let tenths = Int64((seconds * 10_000 / Double(span)).rounded())
        return " (\(tenths / 10).\(tenths % 10) cores)"
      }
      words.append("\(TimeSpan.text(Int64((seconds * 1000).rounded()))) of CPU\(share ?? "")")
    } else if let percent = attempt["cpu_usage"]?["utilization_percent"]?.double {
      words.append("\(Int64(percent.rounded()))% of a core")
    }
    for gpu in attempt["gpu_usage"]?.array ?? [] {
      words.append("GPU \(gpu["ordinal"]?.integer ?? 0): \(ByteCount.text(gpu["used_memory_bytes"]?.integer ?? 0))")
    }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  private var remark: String? {
    let peaks = attempts.compactMap { $0["peak_memory_bytes"]?.integer }
    return Remarks.memory(asked: item["requested_resources"]?["cpu_memory_bytes"]?.integer, used: peaks.max())
  }

  private func shown(_ text: String) -> String { TimeWords.localized(names.applied(to: text), now: now) }

  private func text(_ key: String, _ value: JSON) -> String {
    if let moment = TimeWords.moment(value), LocalTime.text(key, value) != nil { return time(moment) }
    if let number = value.integer {
      if key.hasSuffix("_milliseconds") { return TimeSpan.text(number) }
      if key.hasSuffix("_bytes") { return ByteCount.text(number) }
    }
    if let list = value.array {
      let some = list.prefix(20).map { $0.string.map(names.applied) ?? "\($0)" }.joined(separator: ", ")
      return list.count > 20 ? "\(some) and \(list.count - 20) more" : some
    }
    if let members = value.object {
      return members.map { "\($0.key)=\($0.value.string ?? "\($0.value)")" }.joined(separator: " ")
    }
    return value.string.map(names.applied) ?? "\(value)"
  }
}
