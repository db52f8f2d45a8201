import BanyanCore

extension Simulation {
  /// The server dies and starts again, on a snapshot and the events since.
  mutating func restart() {
    compareWithReplica()
    guard failures.isEmpty else { return }
    note("restart at sequence \(state.sequence)")
    state = replica
    echo = replica
    configure()
    witness.restart()
    _ = perform(.start)
    // Workers come back one by one, or not at all.
    for place in workers.indices where workers[place].isAudible && chance(0.6) { hello(place) }
  }

  /// A snapshot is taken: what a restart has from now on is its records, and the events that follow.
  mutating func snapshot() {
    compareWithReplica()
    guard failures.isEmpty else { return }
    note("snapshot at sequence \(state.sequence)")
    do { replica = try engine.restored(state) } catch { return fail(.replay, "the state can't be restored: \(error)") }
    compareWithReplica()
  }

  /// Live work and replay come to the same.
  mutating func compareWithReplica() {
    for violation in replica.violations() { fail(.replay, "replayed: \(violation)") }
    for difference in Portrait(state).differences(to: Portrait(replica)) {
      fail(.replay, "live and replayed differ: \(difference)")
    }
    for task in witness.order { compareAvoided(task) }
  }

  /// Whom a task is not given to is no more than events say: a replay knows the same.
  private mutating func compareAvoided(_ task: TaskID) {
    let (live, replayed) = (state.passedOver(for: task), echo.passedOver(for: task))
    if live != replayed {
      fail(.replay, "live and replayed differ: task \(task) is not given to \(live), replayed \(replayed)")
    }
  }

  /// The same of the tasks that the last command concerned.
  mutating func compareTouched() {
    for id in witness.touched {
      compareAvoided(id)
      let (live, replayed) = (state.record(id).map(Portrait.Task.init), replica.record(id).map(Portrait.Task.init))
      if live != replayed {
        fail(
          .replay, "live and replayed differ: task \(id):\n    \(Portrait.text(live))\n    \(Portrait.text(replayed))")
      }
    }
    if !(state.sequence == replica.sequence && state.claimableCount == replica.claimableCount) {
      fail(
        .replay, "live and replayed differ: \(state.claimableCount) and \(replica.claimableCount) tasks can be claimed")
    }
  }
}
