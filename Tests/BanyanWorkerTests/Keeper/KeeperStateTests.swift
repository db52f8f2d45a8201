import BanyanCore
import Testing

@testable import BanyanWorker

struct KeeperStateTests {
  private func started(
    _ state: inout KeeperState, pid: Int32 = 7, now: Int64 = 0, change: (inout StartOrder) -> Void = { _ in }
  ) -> AttemptKey {
    let order = Sample.shell("x", in: "/f", change: change)
    let start = ProcessStart(pid: pid, timeStarted: 1, workingDirectory: "/f")
    #expect(state.started(order, start, now: now) == [.tell(.started(order.key, start))])
    return order.key
  }

  private func natural(_ status: Int32 = 0) -> AttemptEnding {
    AttemptEnding(process: .exited(status), cause: .none, timeTerminated: 5)
  }

  @Test func theUsualEnd() {
    var state = KeeperState()
    let key = started(&state)
    #expect(state.deadline == nil)
    #expect(state.mainProcessEnded(7, natural(), left: 0, now: 3) == [.tell(.ended(key, natural()))])
    #expect(!state.isBusy)
    state.forget([key])
    #expect(state.attempts.isEmpty)
  }

  @Test func graceThenKillThenSweep() {
    var state = KeeperState()
    let key = started(&state)
    #expect(state.end(key, graceMilliseconds: 100, cause: .cancelled, now: 10) == [.terminate(pid: 7)])
    #expect(state.deadline == 110)
    #expect(state.advance(now: 109) == [])
    #expect(state.advance(now: 110) == [.kill(key)])
    // What appears in the tree meanwhile gets it too, for as long as something is left.
    #expect(state.deadline == 110 + KeeperState.sweepInterval)
    #expect(state.advance(now: 110 + KeeperState.sweepInterval) == [.kill(key)])
    #expect(state.mainProcessEnded(7, natural(), left: 2, now: 170) == [])
    #expect(state.swept == [key])
    #expect(state.advance(now: 300) == [.kill(key)])
    var expected = natural()
    expected.cause = .cancelled
    expected.killed = true
    #expect(state.treeIsEmpty(key) == [.tell(.ended(key, expected))])
    #expect(expected.exitStatus == "cancelled (SIGKILL)")
  }

  @Test func aSecondOrderHurriesAndNeverSlowsDown() {
    var state = KeeperState()
    let key = started(&state)
    _ = state.end(key, graceMilliseconds: 1_000, cause: .cancelled, now: 0)
    #expect(state.end(key, graceMilliseconds: 5_000, cause: .cancelled, now: 10) == [])
    #expect(state.deadline == 1_000)
    #expect(state.end(key, graceMilliseconds: 50, cause: .cancelled, now: 10) == [])
    #expect(state.deadline == 60)
    #expect(state.end(key, graceMilliseconds: 0, cause: .cancelled, now: 20) == [.kill(key)])
  }

  @Test func noGraceAtAllKillsWithoutAsking() {
    var state = KeeperState()
    let key = started(&state)
    #expect(state.end(key, graceMilliseconds: 0, cause: .cancelled, now: 5) == [.kill(key)])
  }

  @Test func whatACommandLeavesIsKilledAtOnce() {
    var state = KeeperState()
    let key = started(&state)
    #expect(state.mainProcessEnded(7, natural(3), left: 2, now: 8) == [.kill(key)])
    #expect(state.isBusy)
    var expected = natural(3)
    expected.leftBehind = 2
    #expect(state.treeIsEmpty(key) == [.tell(.ended(key, expected))])
    #expect(expected.exitStatus == "failure (exit 3)")
  }

  @Test func whatWasReapedInTheSameLookIsAskedNothing() {
    var state = KeeperState()
    let first = started(&state)
    let second = started(&state, pid: 8) { $0.maxRuntimeMilliseconds = 5 }
    // The second one's time is over, but so is it: its number, and its group's, may be a stranger's by now.
    let ends = [
      KeeperState.MainEnd(pid: 7, ending: natural(), left: 1), KeeperState.MainEnd(pid: 8, ending: natural(), left: 0),
    ]
    #expect(state.mainProcessesEnded(ends, now: 9) == [.tell(.ended(second, natural())), .kill(first)])
  }

  @Test func whoMissedSIGTERMIsLookedForFurtherAndFurtherApart() {
    var state = KeeperState()
    let key = started(&state)
    _ = state.end(key, graceMilliseconds: 600_000, cause: .cancelled, now: 1_000)
    #expect(state.mainProcessEnded(7, natural(), left: 1, now: 1_001) == [.terminateRest(key)])
    var looks: [Int64] = []
    while let next = state.deadline, next < 601_000 {
      looks.append(next - 1_000)
      #expect(state.advance(now: next) == [.terminateRest(key)])
    }
    #expect(looks.prefix(4) == [51, 102, 204, 408] && looks.count < 20)
    #expect(state.advance(now: 601_000) == [.kill(key)])
  }

  @Test func whoIsLeftInTheGraceMayUseIt() {
    var state = KeeperState()
    let key = started(&state)
    _ = state.end(key, graceMilliseconds: 100, cause: .cancelled, now: 0)
    #expect(state.mainProcessEnded(7, natural(), left: 1, now: 50) == [.terminateRest(key)])
    #expect(state.deadline == 100)
    // One of them ends: what becomes an orphan by it may not have been asked yet.
    #expect(state.treeShrank(key, now: 60) == [.terminateRest(key)])
    #expect(state.treeShrank(key, now: 100).isEmpty)
    #expect(state.advance(now: 100) == [.kill(key)])
  }

  @Test func itsOwnLimitOfTime() {
    var state = KeeperState()
    let key = started(&state, now: 10) {
      $0.maxRuntimeMilliseconds = 90
      $0.graceMilliseconds = 30
    }
    #expect(state.deadline == 100)
    #expect(state.advance(now: 100) == [.terminate(pid: 7)])
    #expect(state.advance(now: 130) == [.kill(key)])
    guard case .tell(.ended(_, let ending)) = state.mainProcessEnded(7, natural(), left: 0, now: 131).first else {
      Issue.record("no end")
      return
    }
    #expect(ending.exitStatus == "timed out" && ending.state == .terminated)
  }

  @Test func theLeaseEndsWhatIsBoundToIt() {
    var state = KeeperState()
    state.hear(sentAt: 0, leaseMilliseconds: 1_000)
    let stop = started(&state, pid: 7) { $0.graceMilliseconds = 600_000 }
    _ = started(&state, pid: 8) { $0.onLostContact = .continue }
    #expect(state.deadline == 500)
    #expect(state.advance(now: 499) == [])
    #expect(state.advance(now: 500) == [.terminate(pid: 7)])
    // A late answer saves nothing that was told to go.
    state.hear(sentAt: 490, leaseMilliseconds: 1_000)
    #expect(state.advance(now: 749) == [])
    #expect(state.advance(now: 750) == [.kill(stop)])
    guard case .tell(.ended(_, let ending)) = state.mainProcessEnded(7, natural(), left: 0, now: 751).first else {
      Issue.record("no end")
      return
    }
    #expect(ending.exitStatus == "abandoned (worker unreachable)" && ending.state == .available)
    #expect(state.deadline == nil)
    #expect(state.isBusy)
  }

  @Test func theLeaseCutsALongGraceShort() {
    var state = KeeperState()
    state.hear(sentAt: 0, leaseMilliseconds: 1_000)
    let key = started(&state)
    _ = state.end(key, graceMilliseconds: 600_000, cause: .cancelled, now: 100)
    #expect(state.deadline == 500)
    #expect(state.advance(now: 500) == [])
    #expect(state.deadline == 750)
    #expect(state.advance(now: 750) == [.kill(key)])
    guard case .tell(.ended(_, let ending)) = state.mainProcessEnded(7, natural(), left: 0, now: 751).first else {
      Issue.record("no end")
      return
    }
    #expect(ending.exitStatus == "cancelled (SIGKILL)")
  }

  @Test func answersPutTheEndOff() {
    var state = KeeperState()
    state.hear(sentAt: 0, leaseMilliseconds: 1_000)
    _ = started(&state)
    state.hear(sentAt: 400, leaseMilliseconds: 1_000)
    #expect(state.advance(now: 899) == [])
    #expect(state.advance(now: 900) == [.terminate(pid: 7)])
  }

  @Test func nothingStartsOnALeaseThatRunsOut() {
    var state = KeeperState()
    #expect(state.admits(Sample.key(), now: 10_000) == .welcome)
    state.hear(sentAt: 0, leaseMilliseconds: 1_000)
    #expect(state.admits(Sample.key(), now: 499) == .welcome)
    #expect(state.admits(Sample.key(), now: 500) == .tooLate)
    let key = started(&state)
    #expect(state.admits(key, now: 0) == .known)
  }

  @Test func theInstanceIsHandedOnWhileTasksRun() {
    var state = KeeperState()
    guard case .holding(let empty) = state.attach(instance: "a") else { return }
    #expect(empty.instance == "a")
    guard case .holding(let second) = state.attach(instance: "b") else { return }
    #expect(second.instance == "b")
    let key = started(&state)
    guard case .holding(let third) = state.attach(instance: "c") else { return }
    #expect(third.instance == "b" && third.attempts.map(\.order.key) == [key])
    _ = state.mainProcessEnded(7, natural(), left: 0, now: 3)
    guard case .holding(let fourth) = state.attach(instance: "d") else { return }
    // Its end has yet to be acknowledged.
    #expect(fourth.instance == "b" && fourth.attempts.first?.ending == natural())
    state.forget([key])
    guard case .holding(let fifth) = state.attach(instance: "e") else { return }
    #expect(fifth.instance == "e" && fifth.attempts.isEmpty)
  }

  @Test func refusedCountsMoreThanWhatCameBefore() {
    var state = KeeperState()
    let key = started(&state)
    _ = state.end(key, graceMilliseconds: 100, cause: .cancelled, now: 0)
    _ = state.end(key, graceMilliseconds: 100, cause: .refused, now: 1)
    guard case .tell(.ended(_, let ending)) = state.mainProcessEnded(7, natural(), left: 0, now: 2).first else {
      Issue.record("no end")
      return
    }
    #expect(ending.cause == .refused)
  }

  @Test func goingEndsEverything() {
    var state = KeeperState()
    let first = started(&state, pid: 7) { $0.graceMilliseconds = 40 }
    let second = started(&state, pid: 8) { $0.graceMilliseconds = 0 }
    let actions = state.endAll(now: 0)
    #expect(Set(actions) == [.terminate(pid: 7), .kill(second)])
    #expect(state.advance(now: 40) == [.kill(first)])
  }
}

extension KeeperState {
  /// One main process ended.
  fileprivate mutating func mainProcessEnded(
    _ pid: Int32, _ ending: AttemptEnding, left: Int, now: Int64
  ) -> [Action] {
    mainProcessesEnded([MainEnd(pid: pid, ending: ending, left: left)], now: now)
  }
}
