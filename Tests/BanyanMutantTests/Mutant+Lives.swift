import Simulation

@testable import BanyanCore

/// Faults in what becomes of tasks.
extension Mutant {
  static let lives: [Mutant] = [
    Mutant("counts down twice", caughtBy: .release) { mutant in
      mutant.after = { state, _, outcome in
        for id in outcome.events.compactMap(\.success) {
          guard let slot = state.tasks.slot(id) else { continue }
          for child in state.tasks[slot].children where state.tasks[child].state == .inactive {
            guard state.tasks[child].pending > 0 else { continue }
            state.tasks[child].pending -= 1
          }
        }
      }
    },
    Mutant("releases children with their first parent", caughtBy: .release) { mutant in
      mutant.instead = { state, _, events in
        let children = events.compactMap(\.success).flatMap { state.record($0)?.continuations ?? [] }
        let waiting = children.filter { child in
          state.record(child).map { $0.state == .inactive && $0.spec.work != nil && $0.pendingDependencyCount > 1 }
            ?? false
        }
        return waiting.isEmpty ? nil : events + waiting.map { .taskMadeAvailable($0, delayedUntil: 0) }
      }
    },
    Mutant("releases children on failure", caughtBy: .release, .cascade) { mutant in
      mutant.instead = { state, _, events in
        var failed: TaskID?
        for case .attemptEnded(let id, let end) in events where end.outcome == .failed { failed = id }
        guard let failed, let children = state.record(failed)?.continuations, !children.isEmpty else { return nil }
        return events.filter { if case .taskCancelled = $0 { false } else { true } }
          + children.filter { state.record($0)?.spec.work != nil }.map { .taskMadeAvailable($0, delayedUntil: 0) }
      }
    },
    Mutant("forgets the grandchildren", caughtBy: .cascade) { mutant in
      mutant.instead = { _, _, events in
        var below: Set<String> = []
        let kept = events.filter { event in
          guard case .taskCancelled(let id, let cause) = event, let words = Optional("\(cause)"),
            words.hasPrefix("parent ")
          else { return true }
          if below.contains(where: { words.contains($0) }) { return false }
          below.insert("\(id)")
          return true
        }
        return kept.count == events.count ? nil : kept
      }
    },
    Mutant("lets a success that came too late release", caughtBy: .cancellation, .counts) { mutant in
      mutant.instead = { _, _, events in changing(events) { $0.ending { $0 == .succeededTooLate ? .succeeded : nil } } }
    },
    Mutant("runs a cancelled task again", caughtBy: .cancellation) { mutant in
      mutant.instead = { state, _, events in
        guard case .attemptEnded(let id, let end)? = events.first, end.outcome == .cancelled,
          state.record(id)?.state == .pendingCancellation
        else { return nil }
        return changing([events[0]]) { $0.ending { _ in .givenBack } }
      }
    },
    Mutant("runs a task again that has succeeded", caughtBy: .endsOnce) { mutant in
      mutant.instead = { state, command, events in
        guard case .claim(let claim) = command, claim.task == nil,
          let ended = state.records.first(where: { $0.state == .terminated && $0.cause == nil && !$0.attempts.isEmpty }
          ),
          var attempt = ended.attempts.last
        else { return nil }
        attempt.claimNumber += 1
        attempt.attemptCount += 1
        attempt.workerID = claim.worker
        attempt.exitStatus = nil
        return events + [.taskClaimed(ended.id, attempt)]
      }
    },
    Mutant("charges a loss", caughtBy: .counts) { mutant in
      mutant.instead = { _, _, events in changing(events) { $0.ending { $0 == .lost ? .retried(until: 0) : nil } } }
    },
    Mutant("forgives a loss", caughtBy: .counts) { mutant in
      mutant.instead = { _, _, events in changing(events) { $0.ending { $0 == .lost ? .givenBack : nil } } }
    },
    Mutant("charges a release", caughtBy: .counts) { mutant in
      mutant.instead = { _, _, events in changing(events) { $0.ending { $0 == .givenBack ? .retried(until: 0) : nil } }
      }
    },
    Mutant("tries again for ever", caughtBy: .counts) { mutant in
      mutant.instead = { _, _, events in
        guard case .attemptEnded(_, let end)? = events.first, end.outcome == .failed else { return nil }
        return changing([events[0]]) { $0.ending { _ in .retried(until: 0) } }
      }
    },
    Mutant("forgets delays", caughtBy: .time) { mutant in
      mutant.instead = { _, _, events in
        changing(events) { event in
          guard case .taskMadeAvailable(let id, 1...) = event else { return nil }
          return .taskMadeAvailable(id, delayedUntil: 0)
        }
      }
    },
    Mutant("forgets what has not ended", caughtBy: .forgetting) { mutant in
      mutant.understand = { _, command in
        guard case .forget(let ids, .ended, let by) = command else { return command }
        return .forget(ids, .everything, by: by)
      }
    },
    Mutant("closes a cycle", caughtBy: .edges, .invariants) { mutant in
      mutant.allowing = { state, command, rejection in
        guard rejection.issues.contains(where: { $0.trouble.contains("closes a cycle") }),
          case .update(let patches, _) = command, let patch = patches.first,
          case .id(let child)? = patch.addContinuations.first
        else { return nil }
        return [.continuationsAdded(patch.task, children: [child])]
      }
    },
    Mutant("makes the tasks of a keyed request again", caughtBy: .keys, .permissions, .answers) { mutant in
      mutant.understand = { _, command in
        guard case .submit(var submission) = command else { return command }
        submission.key = nil
        return .submit(submission)
      }
    },
    Mutant("does the first half of a refused update", caughtBy: .refusals, .replay) { mutant in
      mutant.despite = { state, command, _ in
        guard case .update(let patches, let by) = command, by.role == .provider, patches.count > 1,
          let record = state.record(patches[0].task), !record.isHeld
        else { return nil }
        return [.taskHeld(record.id, true)]
      }
    },
  ]
}
