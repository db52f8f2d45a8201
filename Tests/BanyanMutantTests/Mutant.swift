import Simulation
import Testing

@testable import BanyanCore

/// An engine with one fault. It wraps the sound one and spoils what goes in, what comes out, or what is left behind;
/// nothing in the product knows of it.
struct Mutant: Engine, CustomTestStringConvertible {
  let name: String
  /// The checks of which one has to see it.
  let caughtBy: Set<Check>

  /// What is asked, as the faulty engine understands it.
  var understand: @Sendable (QueueState, Command) -> Command = { $1 }
  /// What is really done with it; nil: what was understood.
  var before: @Sendable (inout QueueState, Command) -> Void = { _, _ in }
  /// What happens instead; nil: what happened. State and journal agree on it.
  var instead: @Sendable (QueueState, Command, [Event]) -> [Event]? = { _, _, _ in nil }
  /// What is left behind, beside the journal.
  var after: @Sendable (inout QueueState, Command, inout QueueState.Outcome) -> Void = { _, _, _ in }
  /// What is done, and said to be done, where a refusal was due.
  var allowing: @Sendable (QueueState, Command, Rejection) -> [Event]? = { _, _, _ in nil }
  /// What a refused command does all the same.
  var despite: @Sendable (QueueState, Command, Rejection) -> [Event]? = { _, _, _ in nil }
  /// What a restart makes of an event of the journal; nil: it is lost.
  var replayed: @Sendable (Event) -> Event? = { $0 }
  /// What a restart makes of a snapshot.
  var recovered: @Sendable (inout QueueState) -> Void = { _ in }

  init(_ name: String, caughtBy: Check..., spoil: (inout Mutant) -> Void) {
    self.name = name
    self.caughtBy = Set(caughtBy)
    spoil(&self)
  }

  var testDescription: String { name }

  mutating func perform(
    _ command: Command, on state: inout QueueState, at now: Int64, entropy: inout Entropy
  ) throws(Rejection) -> QueueState.Outcome {
    let sound = state
    let command = understand(state, command)
    before(&state, command)
    var outcome: QueueState.Outcome
    do {
      outcome = try state.perform(command, at: now, entropy: &entropy)
    } catch {
      state = sound
      if let events = allowing(sound, command, error) {
        for event in events { state.apply(event, at: now) }
        return QueueState.Outcome(events: events, answer: .updated([]), cancellations: [])
      }
      for event in despite(sound, command, error) ?? [] { state.apply(event, at: now) }
      throw error
    }
    if let events = instead(sound, command, outcome.events) {
      state = sound
      for event in events { state.apply(event, at: now) }
      outcome.events = events
    }
    after(&state, command, &outcome)
    return outcome
  }

  mutating func replay(_ event: Event, on state: inout QueueState, at time: Int64) {
    if let event = replayed(event) { state.apply(event, at: time) } else { state.sequence += 1 }
  }

  mutating func restored(_ state: QueueState) throws -> QueueState {
    var state = try state.rebuilt()
    recovered(&state)
    return state
  }
}

/// The events with some of them changed; nil: none was.
func changing(_ events: [Event], _ change: (Event) -> Event?) -> [Event]? {
  var isChanged = false
  let changed = events.map { event in
    guard let other = change(event) else { return event }
    isChanged = true
    return other
  }
  return isChanged ? changed : nil
}

extension Event {
  /// The end of an attempt, with another outcome; nil: it is none, or keeps its own.
  func ending(_ change: (AttemptEnd.Outcome) -> AttemptEnd.Outcome?) -> Event? {
    guard case .attemptEnded(let id, var end) = self, let outcome = change(end.outcome) else { return nil }
    end.outcome = outcome
    return .attemptEnded(id, end)
  }

  /// A claim, with another attempt; nil: it is none.
  func claiming(_ change: (TaskID, inout AttemptRecord) -> Void) -> Event? {
    guard case .taskClaimed(let id, var attempt) = self else { return nil }
    change(id, &attempt)
    return .taskClaimed(id, attempt)
  }

  /// The task that succeeded by it.
  var success: TaskID? {
    switch self {
    case .groupPassed(let id): id
    case .attemptEnded(let id, let end): end.outcome == .succeeded ? id : nil
    default: nil
    }
  }
}

extension QueueState {
  /// Every task, in the table's order.
  var records: [TaskRecord] {
    var found: [TaskRecord] = []
    view.forEachTask { record in
      found.append(record)
      return true
    }
    return found
  }
}
