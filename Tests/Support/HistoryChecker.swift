/// Says what promises were broken, from what clients were told and from what is there in the end, and from nothing else.
public struct HistoryChecker {
  private let history: History
  private let final: [FinalTask]
  private var broken: [String] = []
  private var byID: [String: FinalTask] = [:]
  private var byName: [String: FinalTask] = [:]

  private init(_ history: History, _ final: [FinalTask]) {
    self.history = history
    self.final = final
  }

  /// Every broken promise in words; empty: all were kept.
  public static func violations(of history: History, final: [FinalTask]) -> [String] {
    var checker = HistoryChecker(history, final)
    checker.indexFinal()
    checker.checkSubmissions()
    checker.checkAttempts()
    checker.checkGraphs()
    checker.checkEnd()
    return checker.broken
  }

  private mutating func indexFinal() {
    for task in final {
      if byID.updateValue(task, forKey: task.id) != nil { broken.append("the task \(task.id) stands there twice") }
      if byName.updateValue(task, forKey: task.name) != nil { broken.append("two tasks are named \(task.name)") }
    }
  }

  // MARK: What was made

  /// Acknowledged: there, and the same at every repeat. Without an answer: all or none. Refused: none.
  private mutating func checkSubmissions() {
    var asked: [String: [String]] = [:]
    var told: [String: [String]] = [:]
    var refused: Set<String> = []
    for event in history.events {
      switch event {
      case .submitting(let key, let names, _): asked[key] = names
      case .submitted(let key, let ids):
        if let before = told[key], before != ids {
          broken.append("the key \(key) was answered with other tasks before")
        }
        told[key] = ids
      case .refused(let key): refused.insert(key)
      default: break
      }
    }
    for (key, names) in asked.sorted(by: { $0.key < $1.key }) {
      let there = names.filter { byName[$0] != nil }
      if let ids = told[key] {
        for (id, name) in zip(ids, names) where byID[id]?.name != name {
          broken.append("the acknowledged task \(name) (\(id)) is lost")
        }
        if ids.count != names.count { broken.append("\(key) asked for \(names.count) tasks and got \(ids.count)") }
      } else if refused.contains(key), !there.isEmpty {
        broken.append("\(key) was refused, and yet there is \(there[0])")
      } else if !there.isEmpty, there.count != names.count {
        broken.append("of \(key), \(there.count) of \(names.count) tasks are there")
      }
    }
    let wanted = Set(asked.values.joined())
    for task in final where !wanted.contains(task.name) { broken.append("nobody asked for \(task.name)") }
  }

  // MARK: What ran

  /// What is known of one task's attempts up to a place in the history.
  private struct Attempts {
    var numbers: Set<Int> = []
    /// The largest claim, and where it was told.
    var last: (number: Int, place: Int)?
    /// Where its end was acknowledged or seen.
    var ended: Int?
    var result: (number: Int, isSuccess: Bool)?
    var isCancelled = false
  }

  private mutating func checkAttempts() {
    var attempts: [String: Attempts] = [:]
    for (place, event) in history.events.enumerated() {
      switch event {
      case .claimed(let task, let number, let asked):
        var known = attempts[task] ?? Attempts()
        if !known.numbers.insert(number).inserted { broken.append("claim \(number) of \(task) was given out twice") }
        if let last = known.last, last.place < asked, last.number >= number {
          broken.append("claim \(number) of \(task) follows claim \(last.number)")
        }
        if let ended = known.ended, ended < asked { broken.append("\(task) was given out after its acknowledged end") }
        if number > known.last?.number ?? 0 { known.last = (number, place) }
        attempts[task] = known
      case .held(let task, let number, let asked):
        var known = attempts[task] ?? Attempts()
        known.numbers.insert(number)
        if let last = known.last, last.place < asked, last.number > number {
          broken.append("claim \(number) of \(task) is held after claim \(last.number)")
        }
        if let ended = known.ended, ended < asked { broken.append("\(task) is held after its acknowledged end") }
        if number > known.last?.number ?? 0 { known.last = (number, place) }
        attempts[task] = known
      case .cancelling(let task): attempts[task, default: Attempts()].isCancelled = true
      case .reported(let task, let number, let isSuccess):
        if let result = attempts[task]?.result, result.number != number {
          broken.append("results of the claims \(result.number) and \(number) of \(task) were both accepted")
        }
        attempts[task, default: Attempts()].result = (number, isSuccess)
        if attempts[task]?.ended == nil { attempts[task]?.ended = place }
      case .seen(let task, let state, let number):
        if let task = byID[task], FinalTask.isEnded(state), task.state != state {
          broken.append("\(task.id) was seen \(state) and is \(task.state)")
        }
        if number > byID[task]?.number ?? 0 { broken.append("\(task) was seen at claim \(number), which is gone") }
        if attempts[task]?.ended == nil, FinalTask.isEnded(state) { attempts[task, default: Attempts()].ended = place }
      case .submitting, .submitted, .refused, .reporting: break
      }
    }
    for (id, known) in attempts.sorted(by: { $0.key < $1.key }) {
      guard let task = byID[id] else {
        broken.append("the task \(id), which somebody was told of, is lost")
        continue
      }
      if task.number < known.last?.number ?? 0 { broken.append("claim \(known.last?.number ?? 0) of \(id) is lost") }
      guard let result = known.result else { continue }
      if task.state != "terminated" { broken.append("\(id) ended, which was acknowledged, and is \(task.state)") }
      if task.number != result.number { broken.append("\(id) ended with claim \(result.number), and ran again") }
      if task.hasSucceeded != result.isSuccess, !known.isCancelled {
        broken.append(
          "\(id) \(result.isSuccess ? "succeeded" : "failed"), which was acknowledged, and it says otherwise")
      }
    }
  }

  // MARK: What waited

  /// A child runs only after its parent's success, and not at all without.
  private mutating func checkGraphs() {
    var successes: [String: Int] = [:]
    var claims: [String: Int] = [:]
    for (place, event) in history.events.enumerated() {
      switch event {
      case .reporting(let task, _, true): successes[task] = min(place, successes[task] ?? place)
      case .claimed(let task, _, _), .held(let task, _, _): claims[task] = min(place, claims[task] ?? place)
      default: break
      }
    }
    for case .submitting(_, let names, let parents) in history.events {
      for (name, parent) in zip(names, parents) {
        guard let parent, let task = byName[name], let above = byName[names[parent]] else { continue }
        if let claim = claims[task.id], claim < successes[above.id] ?? .max {
          broken.append("\(name) was given out before \(above.name) had succeeded")
        }
        if !above.hasSucceeded, task.state == "terminated" {
          broken.append("\(name) ran below \(above.name), which failed")
        }
        if above.hasSucceeded, task.state == "inactive" {
          broken.append("\(name) waits for \(above.name), which succeeded")
        }
      }
    }
  }

  /// After the faults end, everything that can run, ends.
  private mutating func checkEnd() {
    for task in final where !task.isEnded { broken.append("\(task.name) is \(task.state) and goes nowhere") }
  }
}
