import BanyanCore

/// What a server has after a crash: a snapshot's records, and the events since.
struct Journal {
  private var snapshot: QueueState?
  private var frames: [(time: Int64, events: [Event])] = []

  /// A snapshot is taken.
  mutating func note(_ state: QueueState) {
    snapshot = state
    frames = []
  }

  mutating func append(_ events: [Event], at time: Int64) {
    if !events.isEmpty { frames.append((time, events)) }
  }

  /// The state out of the snapshot's records alone, with the events applied to it.
  func restored() throws -> QueueState {
    var state = try snapshot.map(Self.rebuilt) ?? QueueState()
    for frame in frames {
      for event in frame.events { state.apply(event, at: frame.time) }
    }
    return state
  }

  /// A state out of what a snapshot holds of another one.
  private static func rebuilt(_ old: QueueState) throws -> QueueState {
    let view = old.view
    var restoration = Restoration(
      sequence: view.sequence, epoch: view.epoch, time: view.time, nextTurn: view.nextTurn)
    for user in view.users { restoration.add(user) }
    for worker in view.workers { restoration.add(worker.record) }
    for name in view.barredNames { restoration.addBarred(id: name.id, user: name.user, name: name.name) }
    for key in view.rememberedKeys { restoration.add(key.key, key.answer) }
    view.forEachTask { record in
      restoration.add(record)
      return true
    }
    return try restoration.finish()
  }
}

extension Simulation {
  /// The server dies and starts again: on the journal alone, or on a snapshot and what came after it.
  mutating func restart() {
    compareWithReplay()
    guard failure == nil else { return }
    do {
      state = try journal.restored()
    } catch {
      return fail("the state can't be restored: \(error)")
    }
    trace.append("\(trace.count) at \(now): restart at sequence \(state.sequence)")
    if chance(0.7) { journal.note(state) }
    _ = perform(.start, "start")
    // Workers come back one by one, or not at all.
    for place in workers.indices where workers[place].isAlive && !workers[place].isCutOff && chance(0.6) {
      hello(place)
    }
  }

  /// Live work and replay come to the same.
  mutating func compareWithReplay() {
    do {
      let replayed = try journal.restored()
      for violation in replayed.violations() { fail("replayed: \(violation)") }
      for difference in Portrait(state).differences(to: Portrait(replayed)) {
        fail("live and replayed differ: \(difference)")
      }
    } catch {
      fail("the state can't be restored: \(error)")
    }
  }
}
