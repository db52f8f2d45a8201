import Simulation

@testable import BanyanCore

/// Faults in claims, tokens, leases and the machines' resources.
extension Mutant {
  static let attempts: [Mutant] = [
    Mutant("believes an old token", caughtBy: .tokens) { mutant in
      mutant.understand = { state, command in
        guard case .report(let worker, let reports) = command else { return command }
        return .report(
          worker,
          reports.map { report in
            guard let attempt = state.attempt(of: report.task), attempt.workerID == worker,
              state.record(report.task)?.state.isLive == true, case .genuine = report.token
            else { return report }
            var report = report
            report.token = .genuine(claimNumber: attempt.claimNumber, epoch: attempt.epoch)
            return report
          })
      }
    },
    Mutant("believes another worker", caughtBy: .tokens, .refusals) { mutant in
      mutant.understand = { state, command in
        guard case .report(_, let reports) = command, reports.count == 1,
          let attempt = state.attempt(of: reports[0].task)
        else { return command }
        return .report(attempt.workerID, reports)
      }
    },
    Mutant("doesn't believe a true report", caughtBy: .permissions) { mutant in
      mutant.understand = { _, command in
        guard case .report(let worker, let reports) = command else { return command }
        return .report(
          worker,
          reports.map {
            var report = $0
            if case .genuine = report.token, report.exitStatus == ExitStatus.success { report.token = .forged }
            return report
          })
      }
    },
    Mutant("hands out a claimed task again", caughtBy: .oneLiveAttempt) { mutant in
      mutant.instead = { state, command, events in
        guard case .claim(let claim) = command, claim.task == nil,
          let live = state.records.first(where: { $0.state == .running && $0.workerID != claim.worker }),
          var attempt = live.attempts.last
        else { return nil }
        attempt.claimNumber += 1
        attempt.attemptCount += 1
        attempt.workerID = claim.worker
        return events + [.taskClaimed(live.id, attempt)]
      }
    },
    Mutant("takes another folder's worker for one that knows", caughtBy: .oneLiveAttempt, .leases) { mutant in
      mutant.before = { state, command in
        guard case .hello(let hello) = command,
          let worker = state.workerID(named: hello.name, user: hello.by.user), hello.by.role == .worker
        else { return }
        state.workers[worker]?.record.folder = hello.folder
      }
    },
    Mutant("gives up what runs in a folder with its worker's lease", caughtBy: .leases) { mutant in
      mutant.before = { state, command in
        guard case .expireLeases(let worker) = command else { return }
        state.workers[worker]?.record.left = []
      }
    },
    Mutant("tells who works elsewhere to end what it left", caughtBy: .cancellation) { mutant in
      mutant.after = { state, command, outcome in
        guard case .cancel(let ids, _, _) = command else { return }
        for id in ids where outcome.events.contains(where: { $0.asksToEnd(id) }) {
          guard let attempt = state.attempt(of: id), !outcome.cancellations.contains(where: { $0.task == id }) else {
            continue
          }
          outcome.cancellations.append(
            Cancellation(
              task: id, worker: attempt.workerID, claimNumber: attempt.claimNumber, epoch: attempt.epoch, grace: 0))
        }
      }
    },
    Mutant("uses a claim number again", caughtBy: .claimNumbers) { mutant in
      mutant.instead = { _, _, events in
        changing(events) { $0.claiming { _, attempt in attempt.claimNumber = max(1, attempt.claimNumber - 1) } }
      }
    },
    Mutant("starts in the same epoch", caughtBy: .claimNumbers) { mutant in
      mutant.instead = { state, _, events in
        guard case .serverStarted? = events.first, state.epoch > 0 else { return nil }
        return [.serverStarted(epoch: state.epoch)]
      }
    },
    Mutant("gives a GPU twice", caughtBy: .gpus) { mutant in
      mutant.instead = { state, _, events in
        changing(events) {
          $0.claiming { _, attempt in
            if !attempt.gpus.isEmpty, let used = state.worker(attempt.workerID)?.usedGPUs.first {
              attempt.gpus[0] = used
            }
          }
        }
      }
    },
    Mutant("gives a GPU that is too small", caughtBy: .gpus) { mutant in
      mutant.before = { state, command in
        guard case .claim(let claim) = command, let offer = state.workers[claim.worker]?.record.offer else { return }
        state.workers[claim.worker]?.record.offer?.gpus = offer.gpus.map {
          GPUDevice(ordinal: $0.ordinal, memoryBytes: .max, capability: GPUCapability(major: 99, minor: 0))
        }
      }
      mutant.instead = { _, command, events in if case .claim = command { events } else { nil } }
    },
    Mutant("gives more than a machine has", caughtBy: .offers, .order) { mutant in
      mutant.before = { state, command in
        guard case .claim(let claim) = command else { return }
        state.workers[claim.worker]?.record.offer?.memoryBytes *= 2
        state.workers[claim.worker]?.record.offer?.cores *= 2
      }
      mutant.instead = { _, command, events in if case .claim = command { events } else { nil } }
    },
    Mutant("serves against priority", caughtBy: .order) { mutant in
      mutant.understand = { state, command in
        Mutant.choosing(state, command) { ($0.spec.priority, $0.turn) < ($1.spec.priority, $1.turn) }
      }
    },
    Mutant("serves the first who came, whoever holds the most", caughtBy: .order) { mutant in
      mutant.understand = { state, command in
        Mutant.choosing(state, command) { (-Int($0.spec.priority), $0.turn) < (-Int($1.spec.priority), $1.turn) }
      }
    },
    Mutant("gives what is reserved to those who come later", caughtBy: .starving) { mutant in
      mutant.before = { state, command in if case .claim = command { state.reserveAfter = nil } }
      mutant.instead = { _, command, events in if case .claim = command { events } else { nil } }
    },
    Mutant("waits for another worker that can't", caughtBy: .order) { mutant in
      mutant.before = { state, command in
        guard case .claim(let claim) = command else { return }
        for place in state.workers.values.indices where state.workers.keys[place] != claim.worker {
          state.workers.values[place].isPresent = true
          state.workers.values[place].queues = nil
          state.workers.values[place].claimed = nil
          state.workers.values[place].stay = nil
          state.workers.values[place].used = Holding()
        }
      }
      mutant.instead = { _, command, events in if case .claim = command { events } else { nil } }
    },
    Mutant("doesn't tell who waits that the other can't any more", caughtBy: .progress) { mutant in
      mutant.after = { state, _, _ in _ = state.drainDueClaimants() }
    },
    Mutant("gives what outlasts its worker", caughtBy: .leaving) { mutant in
      mutant.understand = { _, command in
        guard case .claim(var claim) = command else { return command }
        claim.stay = nil
        return .claim(claim)
      }
      mutant.before = { state, command in
        if case .claim(let claim) = command { state.workers[claim.worker]?.stay = nil }
      }
      mutant.instead = { _, command, events in if case .claim = command { events } else { nil } }
    },
    Mutant("serves tasks on hold", caughtBy: .holds, .order) { mutant in
      mutant.before = { state, command in
        guard case .claim = command else { return }
        for record in state.records where record.state == .available && record.isHeld {
          state.apply(.taskHeld(record.id, false), at: state.time)
        }
      }
      mutant.instead = { _, command, events in
        guard case .claim = command else { return nil }
        return events
      }
    },
    Mutant("serves a worker that is paused", caughtBy: .workers) { mutant in
      mutant.before = { state, command in
        guard case .claim(let claim) = command else { return }
        state.workers[claim.worker]?.record.pause = nil
      }
      mutant.instead = { _, command, events in if case .claim = command { events } else { nil } }
    },
    Mutant("gives up an attempt that is in contact", caughtBy: .permissions) { mutant in
      mutant.allowing = { state, command, rejection in
        guard case .abandon(let id, let by) = command,
          rejection.issues.contains(where: { $0.trouble.contains("in contact") })
        else { return nil }
        return [
          .attemptEnded(
            id, AttemptEnd(exitStatus: "abandoned (by \(by.name))", timeTerminated: nil, outcome: .lost))
        ]
      }
    },
    Mutant("doesn't stop what a silent worker lost", caughtBy: .cancellation) { mutant in
      mutant.after = { _, command, outcome in
        if case .expireLeases = command { outcome.cancellations = [] }
      }
    },
    Mutant("ends what runs on without contact", caughtBy: .leases) { mutant in
      mutant.instead = { state, command, events in
        guard case .expireLeases(let worker) = command else { return nil }
        let kept = state.records.filter { $0.workerID == worker && $0.spec.onLostContact == .continue }
        guard !kept.isEmpty, events.isEmpty else { return nil }
        return kept.map {
          .attemptEnded(
            $0.id, AttemptEnd(exitStatus: ExitStatus.unreachable, timeTerminated: nil, outcome: .givenBack))
        }
      }
    },
    Mutant("keeps what a silent worker held", caughtBy: .leases) { mutant in
      mutant.instead = { _, command, events in
        guard case .expireLeases = command, !events.isEmpty else { return nil }
        return []
      }
    },
    Mutant("lengthens a grace", caughtBy: .cancellation) { mutant in
      mutant.instead = { _, _, events in
        changing(events) { event in
          guard case .cancellationRequested(let id, let due, let grace, let cause) = event else { return nil }
          return .cancellationRequested(id, killDue: due + 60_000, grace: grace, cause: cause)
        }
      }
    },
    Mutant("doesn't tell the worker to end a task", caughtBy: .cancellation) { mutant in
      mutant.after = { _, _, outcome in outcome.cancellations = [] }
    },
    Mutant("doesn't tell the worker what it got", caughtBy: .answers) { mutant in
      mutant.after = { _, _, outcome in if case .claimed = outcome.answer { outcome.answer = .claimed([]) } }
    },
    Mutant("keeps what an ended attempt reserved", caughtBy: .invariants) { mutant in
      mutant.after = { state, _, outcome in
        for case .attemptEnded(let id, let end) in outcome.events where end.outcome == .succeeded {
          guard let record = state.record(id), let attempt = record.attempts.last else { continue }
          state.workers[attempt.workerID]?.used.add(record.spec.shape, attempt)
        }
      }
    },
    Mutant("keeps a cancelled task in the index", caughtBy: .invariants) { mutant in
      mutant.after = { state, _, outcome in
        for case .taskCancelled(let id, _) in outcome.events {
          guard let slot = state.tasks.slot(id), state.tasks[slot].spec.resources != nil else { continue }
          state.tasks[slot].turn = state.nextTurn
          state.nextTurn += 1
          state.insertIntoIndex(slot)
        }
      }
    },
  ]

  /// A claim that gets the task that is first by another order.
  private static func choosing(
    _ state: QueueState, _ command: Command, _ isBefore: (TaskRecord, TaskRecord) -> Bool
  ) -> Command {
    guard case .claim(let claim) = command, claim.task == nil, claim.queues.isEmpty, claim.max == 1 else {
      return command
    }
    for record in state.records.filter({ $0.turn != 0 }).sorted(by: isBefore) {
      let chosen = Command.claim(
        Claim(worker: claim.worker, resources: claim.resources, max: 1, queues: [], task: record.id))
      var (trial, entropy) = (state, Entropy(seed: 1))
      do throws(Rejection) {
        let outcome = try trial.perform(chosen, at: state.time, entropy: &entropy)
        if !outcome.events.isEmpty { return chosen }
      } catch { return command }
    }
    return command
  }
}

extension Event {
  /// Whether it is the request to end a task's attempt.
  fileprivate func asksToEnd(_ task: TaskID) -> Bool {
    if case .cancellationRequested(task, _, _, _) = self { true } else { false }
  }
}
