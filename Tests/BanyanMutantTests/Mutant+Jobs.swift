import Simulation
import Testing

@testable import BanyanCore

/// Faults in what becomes of jobs of families.
extension Mutant {
  static let jobs: [Mutant] = [
    Mutant("counts a member too much", caughtBy: .jobs) { mutant in
      mutant.after = { state, command, outcome in
        guard case .jobSubmitted(let receipt) = outcome.answer, let row = state.jobs.row(receipt.number) else { return }
        state.jobs.change(row) { $0.counts[.available] += 1 }
      }
    },
    Mutant("leaves a member of a cancelled job waiting", caughtBy: .jobs) { mutant in
      mutant.instead = { _, command, events in
        guard case .changeJob(let change) = command, change.cancels, events.count > 1,
          case .taskCancelled(_, .words)? = events.last
        else { return nil }
        return events.dropLast()
      }
    },
    Mutant("begins a member whose job's cancel was answered", caughtBy: .cancellation) { mutant in
      mutant.before = { state, command in
        guard case .claim = command,
          let task = state.records.first(where: {
            $0.state == .cancelled && $0.attempts.isEmpty && $0.replacedBy == nil
          })
        else { return }
        state.apply(.taskMadeAvailable(task.id, delayedUntil: 0), at: state.time)
      }
    },
    Mutant("runs a success again", caughtBy: .retries) { mutant in
      mutant.after = { state, command, outcome in
        guard case .retryJob(let retry) = command, case .retried(let pairs) = outcome.answer, !outcome.events.isEmpty,
          let last = pairs.last?.copy,
          let done = state.view.tasks(of: retry.job).first(where: { $0.outcome == .succeeded && $0.family != nil })
        else { return }
        let again = last.advanced(by: 100_000)
        let event = Event.tasksRemade([(again, done.id)], FieldChanges([]))
        state.apply(event, at: state.time)
        outcome.events.append(event)
        outcome.answer = .retried(pairs + [(again, done.id)])
      }
    },
    Mutant("takes over what changed", caughtBy: .resumes, .jobs) { mutant in
      mutant.instead = { state, command, events in
        guard case .submitJob(let submission) = command, let earlier = submission.resumes,
          case .jobMade(let making)? = events.first, let count = state.job(earlier)?.memberCount
        else { return nil }
        let all = JobMaking.TakenOver(
          member: 1, from: 1, count: UInt32(min(count, making.spec.familyMemberCount)))
        return [.jobMade(JobMaking(spec: making.spec, firstTask: making.firstTask, takenOver: [all]))]
      }
    },
    Mutant("counts what was tried again", caughtBy: .jobs) { mutant in
      mutant.after = { state, _, outcome in
        guard case .retried(let pairs) = outcome.answer, !outcome.events.isEmpty, let old = pairs.first?.of,
          let slot = state.tasks.slot(old)
        else { return }
        let (row, was) = (state.tasks[slot].job, state.tasks.memberState(slot))
        state.jobs.change(row) { $0.counts[was] += 1 }
      }
    },
    Mutant("tries again without the edges", caughtBy: .edges, .jobs) { mutant in
      mutant.instead = { _, command, events in
        guard case .retryJob = command else { return nil }
        let kept = events.filter { if case .continuationsAdded = $0 { false } else { true } }
        return kept.count == events.count ? nil : kept
      }
    },
    Mutant("lets anybody change a job", caughtBy: .rights) { mutant in
      mutant.allowing = { state, command, rejection in
        guard case .changeJob(var change) = command, rejection.kind == .forbidden else { return nil }
        change.by = Principal(user: change.by.user, name: "ann", role: .provider, isAdmin: true)
        var (state, entropy) = (state, Entropy(seed: 1))
        return try? state.perform(.changeJob(change), at: state.time, entropy: &entropy).events
      }
    },
    Mutant("sends to the end of the row what gets other labels", caughtBy: .order) { mutant in
      mutant.after = { state, _, outcome in
        for case .jobLabelled(let job, _) in outcome.events {
          for task in state.view.tasks(of: job) where task.turn != 0 {
            guard let slot = state.tasks.slot(task.id) else { continue }
            state.leaveIndex(slot)
            state.enterIndex(slot)
          }
        }
      }
    },
    Mutant("loses an edge of a tie at a restart", caughtBy: .replay) { mutant in
      mutant.recovered = { state in
        for tie in state.tasks.ties.values where state.tasks[tie].state == .inactive {
          guard let child = state.tasks[tie].children.popLast() else { continue }
          state.tasks[child].parents.removeAll { $0 == tie }
          state.tasks[child].pending -= 1
        }
      }
    },
    Mutant("loses the last row of a run at a restart", caughtBy: .replay) { mutant in
      mutant.recovered = { state in
        guard let run = state.tasks.rows.runs.first(where: { state.tasks.rows.isUnwritten(slot: $0.last) }) else {
          return
        }
        let last = state.tasks[run.last].id
        state.apply(.tasksForgotten([last]), at: state.time)
      }
    },
    Mutant("changes a run otherwise than its rows", caughtBy: .runs, .replay) { mutant in
      mutant.after = { state, command, _ in
        guard case .changeJob = command,
          let run = state.tasks.rows.runs.indices.first(where: { state.tasks.rows.isUnwritten($0) })
        else { return }
        state.tasks.changeRun(run) { $0.first.updated += 1 }
      }
    },
    Mutant("makes all that is reserved anew by one amount", caughtBy: .jobs, .refusals) { mutant in
      mutant.understand = { _, command in
        guard case .retryJob(var retry) = command, let change = retry.resources else { return command }
        retry.resources = nil
        retry.changes.append(.set(.resources) { $0.resources = change.values })
        return .retryJob(retry)
      }
    },
    Mutant("tries again what was to be held, and doesn't hold it", caughtBy: .jobs) { mutant in
      mutant.understand = { _, command in
        guard case .retryJob(var retry) = command else { return command }
        retry.changes.removeAll { if case .held = $0 { true } else { false } }
        return .retryJob(retry)
      }
    },
    Mutant("counts others' tasks as the job's own that its cancel took along", caughtBy: .answers) { mutant in
      mutant.after = { _, _, outcome in
        guard case .jobChanged(var counts) = outcome.answer else { return }
        counts.cancelled += counts.others
        counts.others = 0
        outcome.answer = .jobChanged(counts)
      }
    },
    Mutant("leaves one of a released job's members inactive", caughtBy: .jobs, .release, .answers) { mutant in
      mutant.instead = { _, command, events in
        guard case .changeJob(let change) = command, change.releases,
          case .membersMadeAvailable(let job, let members, let due)? = events.first, let last = members.last
        else { return nil }
        let fewer = members.dropLast() + (last.count > 1 ? [last.lowerBound...last.upperBound - 1] : [])
        return (fewer.isEmpty ? [] : [.membersMadeAvailable(job, Array(fewer), delayedUntil: due)]) + events.dropFirst()
      }
    },
    Mutant("counts a claim twice by owner and queue", caughtBy: .invariants, .pages) { mutant in
      mutant.after = { state, _, outcome in
        for case .taskClaimed(let id, _) in outcome.events {
          guard let slot = state.tasks.slot(id) else { continue }
          state.tasks.recount(slot, from: .available, to: .running)
        }
      }
    },
    Mutant("counts as newest what was tried again", caughtBy: .invariants, .pages) { mutant in
      mutant.after = { state, _, outcome in
        guard case .retried(let pairs) = outcome.answer, !outcome.events.isEmpty,
          let slot = pairs.first.flatMap({ state.tasks.slot($0.of) })
        else { return }
        state.tasks.tally.replace(state.tasks[slot].kind, state.tasks.standing(slot), -1)
      }
    },
    Mutant("says one thing more of a run than of its rows", caughtBy: .runs) { mutant in
      mutant.instead = { state, command, events in
        guard case .changeJob(let change) = command, !state.tasks.rows.runs.isEmpty else { return nil }
        return events + [.membersHeld(change.job, [], false)]
      }
    },
  ]
}

@Suite struct JobMutantTests {
  private static let seeds: ClosedRange<UInt64> = 1...200

  @Test(arguments: chosen(Mutant.jobs, \.name)) func isCaught(_ mutant: Mutant) async throws {
    let result = await JobSwarm.run(Self.seeds, steps: 60) { mutant }
    let failure = try #require(result.failure, "\(mutant.name): nothing saw it in \(result.seeds) seeds")
    #expect(!mutant.caughtBy.isDisjoint(with: result.checks), "\(mutant.name) was seen as \(failure.prefix(2000))")
  }

  @Test func theSoundEnginePasses() async {
    let sound = Mutant("nothing is wrong with it", caughtBy: .invariants) { _ in }
    let result = await JobSwarm.run(Self.seeds, steps: 60) { sound }
    if let failure = result.failure { Issue.record("\(failure)") }
    #expect(result.seeds == Self.seeds.count)
  }
}
