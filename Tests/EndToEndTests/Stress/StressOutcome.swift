/// What became of one task of a stress, from all who know something of it: the server, the task's own ledger, the files
/// with what it printed.
struct StressOutcome: Sendable {
  /// What the server says of an attempt.
  struct Attempt: Sendable {
    var claim: Int
    var status: String?
    var isStarted: Bool
    var isTerminated: Bool

    var isLoss: Bool { status?.hasPrefix("abandoned") == true }
    var isRelease: Bool { status?.hasPrefix("released") == true }
    var isCancelled: Bool { status?.hasPrefix("cancelled") == true }
  }

  var task: StressTask
  /// What the server says of the task.
  var id: String
  var state: String
  var attemptCount: Int
  var lossCount: Int
  var claimNumber: Int
  var attempts: [Attempt]
  /// Somebody asked for its end, with whatever answer.
  var isCancelAsked: Bool
  /// How often it had been claimed when a request to cancel it was answered.
  var claimsWhenCancelled: Int?
  var ledger: StressLedger
  /// What each attempt printed, by its claim.
  var printed: [Int: Printed]

  /// What was found of the two streams of an attempt.
  struct Printed: Sendable, Hashable {
    var stdout: [UInt8] = []
    var stderr: [UInt8] = []
  }
}

extension StressOutcome {
  /// What is not as it must be, in words.
  var differences: [String] {
    var found: [String] = []
    checkEnd(&found)
    checkCounts(&found)
    checkLedger(&found)
    for attempt in attempts {
      checkRun(attempt, &found)
      checkStreams(attempt, &found)
    }
    let history = attempts.map { "\($0.claim): \($0.status ?? "live")\($0.isStarted ? "" : ", no start")" }
    return found.map { "\(task.number) \(id) (\(task.kind.rawValue)): \($0) [\(history.joined(separator: "; "))]" }
  }

  private func checkEnd(_ found: inout [String]) {
    let last = attempts.last?.status
    switch state {
    case "terminated":
      let isRight = isCancelAsked ? last.map { task.streams(at: $0) != nil } ?? false : last == task.status
      if !isRight { found.append("it ended as \(last ?? "nothing"), and not as \(task.status)") }
    case "cancelled":
      if !isCancelAsked { found.append("it is cancelled, and nobody asked for that") }
    default: found.append("it is \(state), and goes nowhere")
    }
    if let claims = claimsWhenCancelled, claims < claimNumber {
      found.append("it was claimed after its cancel was answered, at claim \(claims)")
    }
    for attempt in attempts.dropLast() {
      guard let status = attempt.status else {
        found.append("claim \(attempt.claim) is live beside another one")
        continue
      }
      let isOver = attempt.isLoss || attempt.isRelease || task.ends.dropLast().contains { $0.status == status }
      if !isOver { found.append("claim \(attempt.claim) ended as \(status), and it ran again") }
    }
  }

  private func checkCounts(_ found: inout [String]) {
    let claims = attempts.map(\.claim)
    if claims != Array(1..<(claimNumber + 1)) { found.append("of \(claimNumber) claims there are \(claims)") }
    let losses = attempts.count { $0.isLoss }
    // The last loss, or a release, of what is cancelled is counted as its end.
    let isEndedByLoss = state == "cancelled" && attempts.last?.isLoss == true
    if losses != lossCount, !(isEndedByLoss && losses - 1 == lossCount) {
      found.append("loss_count is \(lossCount), and \(losses) were lost")
    }
    let counted = attempts.count { !$0.isLoss && !$0.isRelease }
    let isOff = state == "cancelled" ? !(counted...counted + 1).contains(attemptCount) : counted != attemptCount
    if isOff { found.append("attempt_count is \(attemptCount), and \(counted) count") }
  }

  private func checkLedger(_ found: inout [String]) {
    for line in ledger.damage { found.append("its ledger says \(line)") }
    if let overlap = ledger.overlap { found.append("claim \(overlap.older) ran beside claim \(overlap.newer)") }
    for line in ledger.lines {
      guard case .start(let claim, let id) = line else { continue }
      if id != self.id { found.append("the task \(id) ran for it") }
      if !attempts.contains(where: { $0.claim == claim }) { found.append("claim \(claim) ran, and there is none") }
    }
  }

  /// Whether an attempt ran as often as is said: once, or not at all.
  private func checkRun(_ attempt: Attempt, _ found: inout [String]) {
    let (starts, ends) = (ledger.starts(of: attempt.claim), ledger.ends(of: attempt.claim))
    let which = "claim \(attempt.claim) (\(attempt.status ?? "live"))"
    if starts > 1 || ends > 1 { found.append("\(which) began \(starts) times and ended \(ends) times") }
    if ends > starts { found.append("\(which) ended without a beginning") }
    if starts > 0, !attempt.isStarted { found.append("\(which) ran, and nothing says when it was started") }
    if attempt.isRelease, starts > 0 || attempt.isStarted { found.append("\(which) was given back and ran") }
    guard let status = attempt.status, task.streams(at: status) != nil else {
      let isUnknown = !attempt.isLoss && !attempt.isRelease && !attempt.isCancelled
      if attempt.status != nil, isUnknown { found.append("\(which) is no end of such a task") }
      return
    }
    if !attempt.isTerminated { found.append("nothing says when \(which) ended") }
    guard task.hasLedger else { return }
    if !attempt.isStarted { found.append("nothing says when \(which) was started") }
    if task.isDone, starts != 1 || ends != 1 { found.append("\(which) began \(starts) times and ended \(ends) times") }
  }

  /// Whether what an attempt printed is there, byte for byte; of one that was ended by others, the beginning.
  private func checkStreams(_ attempt: Attempt, _ found: inout [String]) {
    guard task.keepsLog, let printed = printed[attempt.claim] else { return }
    let wanted = attempt.status.flatMap { task.streams(at: $0) }
    let which = "of claim \(attempt.claim) (\(attempt.status ?? "live"))"
    func check(_ name: String, _ there: [UInt8], _ stream: (StressTask.Streams) -> StressTask.Output) {
      if let wanted, task.kind != .limited {
        let full = stream(wanted).bytes
        if there != full { found.append("\(name) \(which) has \(there.count) bytes, and not its \(full.count)") }
      } else if task.kind != .trapping {
        let fits = task.ends.contains { stream($0.streams).bytes.starts(with: there) }
        if !fits { found.append("\(name) \(which) has \(there.count) bytes that it never printed") }
      }
    }
    check("stdout", printed.stdout, \.stdout)
    check("stderr", printed.stderr, \.stderr)
  }
}
