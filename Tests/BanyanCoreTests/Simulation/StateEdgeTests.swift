import BanyanCore
import Testing

/// Who may take a task from which state to which: the whole table is walked, and all that is not in it is refused.
@Suite struct StateEdgeTests {
  /// A task that stands in a state, and how its worker would prove that it holds it.
  private struct Stage {
    var bench = Bench()
    var task = TaskID(seconds: 0, rest: 0)
    var worker = WorkerID(seconds: 0, rest: 0)
    var proof = AttemptProof.none

    init(_ state: TaskState) throws {
      worker = try bench.worker().worker.id
      task = try bench.submit(Bench.draft(available: state != .inactive))[0]
      if state == .inactive || state == .available { return }
      let claimed = try bench.claim(worker)[0]
      proof = claimed.proof
      if state == .pendingCancellation || state == .cancelled { _ = try bench.cancel(task) }
      if state == .cancelled { _ = try bench.report(worker, claimed, ExitStatus.cancelled, state: .cancelled) }
      if state == .terminated { _ = try bench.report(worker, claimed) }
    }

    /// Asks for a state, as REST does.
    mutating func ask(_ request: TaskState, _ asker: Asker) throws(Rejection) {
      var patch = TaskPatch(task: task)
      patch.state = request
      if asker == .worker {
        var execution = ExecutionPatch(workerID: request == .running ? worker : nil, token: proof)
        if request == .terminated || request == .cancelled {
          execution.exitStatus = request == .terminated ? ExitStatus.success : ExitStatus.cancelled
          // Another word than the one that ended it.
          execution.timeTerminated = 77
        }
        patch.execution = execution
      }
      _ = try bench.perform(.update([patch], by: asker == .worker ? bench.machines : bench.ann))
    }
  }

  @Test func everyLegalEdgeIsWalked() throws {
    for edge in TaskState.edges {
      var stage = try Stage(edge.from)
      try #require(stage.bench.status(stage.task) == edge.from)
      try stage.ask(edge.request, edge.asker)
      #expect(stage.bench.status(stage.task) == edge.becomes, "\(edge)")
    }
  }

  @Test func everythingElseIsRefusedWithWords() throws {
    for from in TaskState.allCases {
      for request in TaskState.allCases {
        for asker in [Asker.provider, .worker] where !from.allows(request, by: asker) {
          // A release that crosses a cancellation ends the task: the one step that the table leaves to the rules.
          if from == .pendingCancellation, request == .available, asker == .worker { continue }
          var stage = try Stage(from)
          let rejection = try #require(throws: Rejection.self, "\(asker.rawValue): \(from) to \(request)") {
            try stage.ask(request, asker)
          }
          #expect(stage.bench.status(stage.task) == from, "\(asker.rawValue): \(from) to \(request)")
          #expect(!rejection.message.isEmpty)
          let holdsToken = stage.proof != .none
          if asker == .provider || (holdsToken && from.isLive) || request == .running {
            #expect(rejection.kind == .unprocessable, "\(asker.rawValue): \(from) to \(request): \(rejection.message)")
            #expect(rejection.message.contains(from.name), "\(rejection.message)")
          } else {
            // The token comes before the step: none was ever issued, or its attempt has ended.
            #expect(rejection.kind == (holdsToken ? .conflict : .unauthenticated), "\(rejection.message)")
          }
        }
      }
    }
  }

  @Test func aReleaseThatCrossesACancellationEndsTheTask() throws {
    var stage = try Stage(.pendingCancellation)
    try stage.ask(.available, .worker)
    #expect(stage.bench.status(stage.task) == .cancelled)
  }

  @Test func theTableNamesEachStepOnce() {
    let steps = TaskState.edges.map { "\($0.from) \($0.asker) \($0.request)" }
    #expect(Set(steps).count == steps.count)
  }
}
