import BanyanCore

/// What the seeds have met: each step of the life cycle that was asked for, by whom, and each kind of event.
package struct Coverage: Sendable {
  /// Somebody's request for a state, of a task that was in one.
  package struct Step: Hashable, Sendable, CustomStringConvertible {
    package var from: TaskState
    package var asker: Asker
    package var request: TaskState

    package init(from: TaskState, asker: Asker, request: TaskState) {
      self.from = from
      self.asker = asker
      self.request = request
    }

    /// A release that crosses a cancellation ends the task: the one step that the table leaves to the rules.
    package var isLeftToTheRules: Bool {
      asker == .worker && from == .pendingCancellation && request == .available
    }

    package var description: String { "\(asker.rawValue): \(from.name) to \(request.name)" }

    /// Every one there could be.
    package static var all: [Step] {
      TaskState.allCases.flatMap { from in
        [Asker.provider, .worker].flatMap { asker in
          TaskState.allCases.map { Step(from: from, asker: asker, request: $0) }
        }
      }
    }
  }

  /// Kinds of commands that were done, of events, and what is worth a name of its own.
  package var events: [String: Int] = [:]
  /// Steps that were taken, and the state that each came to.
  package var walked: [Step: [TaskState: Int]] = [:]
  /// Steps that were refused in words, by the kind of the refusal.
  package var refused: [Step: [Rejection.Kind: Int]] = [:]
  package var commands = 0

  package init() {}

  package mutating func add(_ other: Coverage) {
    walked.merge(other.walked) { $0.merging($1, uniquingKeysWith: +) }
    refused.merge(other.refused) { $0.merging($1, uniquingKeysWith: +) }
    events.merge(other.events, uniquingKeysWith: +)
    commands += other.commands
  }

  mutating func met(_ command: Command) { events[Self.name(of: command), default: 0] += 1 }

  mutating func met(_ event: Event, of command: Command) {
    switch (event, command) {
    case (.attemptEnded(_, let end), _): events[Self.name(of: end.outcome), default: 0] += 1
    case (.workerChanged(let record), .report) where record.quarantine != nil: events["quarantined", default: 0] += 1
    case (.tasksForgotten, .tick): events["forgottenByTime", default: 0] += 1
    case (.taskCancelled(_, .words), .report): events["arrayStopped", default: 0] += 1
    default: break
    }
    events[Self.name(of: event), default: 0] += 1
  }

  private static func name(of value: Any) -> String {
    // The case's own name: nothing of what it carries is put into words.
    let mirror = Mirror(reflecting: value)
    return mirror.children.first?.label ?? "\(value)"
  }
}
