import Simulation

@testable import BanyanCore

/// Faults in whose it is.
extension Mutant {
  static let rights: [Mutant] = [
    Mutant("cancels another's task", caughtBy: .rights) { mutant in
      mutant.understand = { _, command in
        guard case .cancel(let ids, let grace, let by) = command else { return command }
        return .cancel(ids, grace: grace, by: by.asAdmin)
      }
    },
    Mutant("changes another's task", caughtBy: .rights) { mutant in
      mutant.understand = { _, command in
        guard case .update(let patches, let by) = command else { return command }
        return .update(patches, by: by.asAdmin)
      }
    },
    Mutant("retries another's task", caughtBy: .rights, .retries) { mutant in
      mutant.understand = { _, command in
        guard case .retry(var retry) = command else { return command }
        retry.by = retry.by.asAdmin
        return .retry(retry)
      }
    },
    Mutant("forgets another's task", caughtBy: .rights) { mutant in
      mutant.understand = { _, command in
        guard case .forget(let ids, let rule, let by) = command else { return command }
        return .forget(ids, rule, by: by.asAdmin)
      }
    },
    Mutant("gives another's attempt up", caughtBy: .rights) { mutant in
      mutant.understand = { _, command in
        guard case .abandon(let id, let by) = command else { return command }
        return .abandon(id, by: by.asAdmin)
      }
    },
    Mutant("makes another's task wait", caughtBy: .rights) { mutant in
      mutant.understand = { _, command in
        guard case .submit(var submission) = command else { return command }
        submission.by = submission.by.asAdmin
        return .submit(submission)
      }
    },
    Mutant("reaches another's task by its name", caughtBy: .rights) { mutant in
      mutant.understand = { state, command in
        guard case .submit(var submission) = command else { return command }
        let own = Set(submission.tasks.compactMap(\.fields.name))
        func meant(_ reference: TaskReference) -> TaskReference {
          guard case .name(let name) = reference, !own.contains(name),
            state.task(named: name, asker: submission.by.name) == nil,
            let other = state.records.last(where: { $0.spec.name == name && !$0.state.isEnded })
          else { return reference }
          return .id(other.id)
        }
        for place in submission.tasks.indices {
          submission.tasks[place].after = submission.tasks[place].after.map(meant)
        }
        return .submit(submission)
      }
    },
    Mutant("lets every provider order workers about", caughtBy: .rights) { mutant in
      mutant.understand = { _, command in
        switch command {
        case .changeWorker(let worker, let change, let by): .changeWorker(worker, change, by: by.asAdmin)
        case .unregisterWorker(let worker, let requeue, let by):
          .unregisterWorker(worker, requeue: requeue, by: by.asAdmin)
        default: command
        }
      }
    },
    Mutant("lets every provider make users", caughtBy: .rights) { mutant in
      mutant.understand = { _, command in
        guard case .addUser(let name, let role, let isAdmin, let hash, let by) = command else { return command }
        return .addUser(name: name, role: role, isAdmin: isAdmin, tokenHash: hash, by: by?.asAdmin)
      }
    },
    Mutant("gives a copy to who asked for it", caughtBy: .retries, .history) { mutant in
      mutant.instead = { _, command, events in
        guard case .retry(let retry) = command else { return nil }
        return changing(events) { event in
          guard case .taskCreated(let id, let spec, let isHeld, let place) = event, spec.owner != retry.by.name else {
            return nil
          }
          return .taskCreated(
            id, spec: TaskSpec(owner: retry.by.name, fields: spec.fields), isHeld: isHeld, place: place)
        }
      }
    },
  ]
}

extension Principal {
  fileprivate var asAdmin: Principal { Principal(user: user, name: name, role: role, isAdmin: true) }
}
