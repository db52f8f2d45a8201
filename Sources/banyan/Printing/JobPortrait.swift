import BanyanCore
import BanyanJSON
import BanyanTerminal
import BanyanWire

/// A job for a person: what it is, how far it is and when it will be done, what it asks for and uses, what failed of it.
struct JobPortrait {
  private static let barWidth = 30
  /// So many families are named, of more than one.
  private static let maxFamilies = 20

  let job: JobView
  /// As `/jobs/N/statistics` has it.
  let statistics: JSON
  var glance: JobGlances.Glance?
  /// Why most of it waits; empty: nothing does.
  var why = ""
  /// Some of its failures.
  var failures: [TaskView] = []
  var names = TaskNames()
  let now: Int64

  func portrait() -> Portrait {
    var portrait = Portrait()
    portrait.add("job", job.name.map { "\(job.number)  \($0)" } ?? "\(job.number)", .strong)
    portrait.add("state", state, job.style)
    if job.taskCount > 1 { portrait.add("tasks", progress) }
    portrait.add("why", shown(why))
    portrait.add("runs", glance?.command.map { job.taskCount > 1 ? "\($0)  (the first of them)" : $0 })
    portrait.add("submitted", job.moment("_created").map { "\(time($0)) by \(job.owner)" })
    portrait.add("started", job.moment("started").map(time))
    portrait.add("ended", job.moment("ended").map(time))
    portrait.add("elapsed", job.elapsed(now: now, since: glance?.since).map(TimeWords.span))
    portrait.add("left", left)
    portrait.add("each takes", spread(statistics["running"]) { TimeSpan.text($0) })
    portrait.add("each waited", spread(statistics["waiting"]) { TimeSpan.text($0) })
    let memory = statistics["memory_bytes"]
    portrait.add("asked", spread(memory?["asked"], ByteCount.text).map { "\($0) of memory each" })
    portrait.add("used", spread(memory?["used"], ByteCount.text).map { "\($0) of memory each" })
    portrait.add("cores", cores)
    portrait.add(
      "remark", Remarks.memory(asked: memory?["asked"]?["max"]?.integer, used: memory?["used"]?["max"]?.integer),
      .waiting)
    for (key, value) in job.document["labels"]?.object ?? [:] { portrait.add("labels", "\(key)=\(value.string ?? "")") }
    portrait.add("resumes", job.document["resumes"]?.integer.map { "job \($0)" })
    addFamilies(to: &portrait)
    for view in failures { portrait.add("failed", "\(view.label): \(shown(view.ending))", .bad) }
    let more = job.count(.failed) - Int64(failures.count)
    if !failures.isEmpty, more > 0 { portrait.add("failed", "and \(more) more: banyan results \(job.number) --failed") }
    return portrait
  }

  private func addFamilies(to portrait: inout Portrait) {
    guard job.families.count > 1 else { return }
    for family in job.families.prefix(Self.maxFamilies) {
      let (first, last) = (family.members.lowerBound, family.members.upperBound)
      let numbers = first == last ? "\(job.number).\(first)" : "\(job.number).\(first)-\(last)"
      portrait.add("families", family.name.map { "\($0)  \(numbers)" } ?? numbers)
    }
    if job.families.count > Self.maxFamilies {
      portrait.add("families", "and \(job.families.count - Self.maxFamilies) more")
    }
  }

  private var state: String {
    guard job.isEnded, let ended = job.moment("ended") else { return job.stateWord }
    return "\(job.stateWord), \(TimeWords.ago(ended, now: now))"
  }

  private var progress: String {
    let bar = Bar(
      total: job.taskCount,
      parts: [
        (job.count(.succeeded), "#"), (job.count(.failed) + job.count(.cancelled), "x"), (job.runningCount, ">"),
      ])
    return "[\(bar.text(width: Self.barWidth))]  \(JobListing.counts(job))"
  }

  /// When it may have ended, by an estimate.
  private var left: String? {
    guard !job.isEnded,
      let end = [job.document["estimated_end"], statistics["estimated_end"]].compactMap(\.self).first(
        where: { $0.object != nil }), let likely = TimeWords.moment(end["likely"])
    else { return nil }
    let words = TimeWords.left(until: likely, now: now) ?? ""
    guard let early = TimeWords.moment(end["earliest"]), let late = TimeWords.moment(end["latest"]) else {
      return words
    }
    func clock(_ moment: Int64) -> String { TimeWords.short(moment, now: now) }
    return "\(words), about \(clock(likely)) (\(clock(early)) to \(clock(late)))"
  }

  /// What it used of the cores that it asked for.
  private var cores: String? {
    guard let asked = statistics["core_seconds"]?["asked"]?.double, asked >= 1,
      let used = statistics["core_seconds"]?["used"]?.double
    else { return nil }
    return "\(Int64((used * 100 / asked).rounded()))% of the asked ones were busy"
  }

  private func spread(_ spread: JSON?, _ text: (Int64) -> String) -> String? {
    func number(_ name: String) -> Int64? {
      spread?[name]?.double.flatMap { Int64(exactly: $0.rounded()) }
    }
    guard let middle = number("p50"), let most = number("max") else { return nil }
    return middle == most ? text(most) : "\(text(middle)), at most \(text(most))"
  }

  private func time(_ moment: Int64) -> String {
    "\(TimeWords.short(moment, now: now, hasSeconds: true)) (\(TimeWords.ago(moment, now: now)))"
  }

  private func shown(_ text: String) -> String { TimeWords.localized(names.applied(to: text), now: now) }
}
