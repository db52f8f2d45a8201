import BanyanCore

/// The engine as the simulation drives it. The sound one forwards to the queue; a mutant spoils what it forwards.
package protocol Engine: Sendable {
  /// Does what is asked, or changes nothing and tells why.
  mutating func perform(
    _ command: Command, on state: inout QueueState, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> QueueState.Outcome

  /// Lets an event of the journal happen again, at a restart.
  mutating func replay(_ event: Event, on state: inout QueueState, at time: Int64)

  /// The state that a snapshot of this one gives back.
  mutating func restored(_ state: QueueState) throws -> QueueState
}

extension Engine {
  package mutating func perform(
    _ command: Command, on state: inout QueueState, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> QueueState.Outcome {
    try state.perform(command, at: now, entropy: &entropy)
  }

  package mutating func replay(_ event: Event, on state: inout QueueState, at time: Int64) {
    state.apply(event, at: time)
  }

  package mutating func restored(_ state: QueueState) throws -> QueueState { try state.rebuilt() }
}

/// The queue as it is.
package struct SoundEngine: Engine {
  package init() {}
}

extension QueueState {
  /// A state out of the records that a snapshot of this one holds.
  package func rebuilt() throws -> QueueState {
    let view = view
    var restoration = Restoration(
      sequence: view.sequence, epoch: view.epoch, time: view.time, nextTurn: view.nextTurn,
      nextJob: view.nextJob)
    for user in view.users { restoration.add(user) }
    for worker in view.workers { restoration.add(worker.record) }
    for name in view.barredNames { restoration.addBarred(id: name.id, user: name.user, name: name.name) }
    for key in view.rememberedKeys { restoration.add(key.key, key.answer) }
    view.forEachWrittenJob { job in
      restoration.add(job)
      return true
    }
    view.forEachRun { first, count in restoration.add(run: first, count: count) }
    view.forEachWrittenTask { record in
      restoration.add(record)
      return true
    }
    view.forEachTie { record, isReplaced in restoration.add(tie: record, isReplaced: isReplaced) }
    return try restoration.finish()
  }
}
