import BanyanJSON
import Testing

@testable import banyan

/// What is said of a change is what happened, and nothing that wasn't done is called so.
@Suite struct ReportTests {
  private func counts(
    _ states: [String: Int64], owner: String = "ada"
  ) throws -> MemberCounts {
    var counts: JSONObject = [:]
    for (name, count) in states { counts[name] = .integer(count) }
    let document: JSON = [
      "number": 12, "name": "sweep", "owner": .string(owner), "state": "running", "task_count": 9,
      "counts": .object(counts),
    ]
    return MemberCounts(try #require(JobView(document)))
  }

  private func outcome(_ cancelled: Int64, _ told: Int64, _ unchanged: Int64) -> JobChanges.Outcome {
    JobChanges.Outcome([
      "cancelled": .integer(cancelled), "told_to_stop": .integer(told), "unchanged": .integer(unchanged),
    ])
  }

  @Test func aCancelSaysWhoseAndWhatWentWithIt() throws {
    let some = try counts(["available": 3, "running": 2, "succeeded": 4])
    let report = CancelCommand.report(outcome(5, 2, 4), of: some, isNow: false)
    #expect(
      report.words
        == "job 12 (sweep), ada's: 5 cancelled (2 of them waited for these), 2 running, told to stop, 4 had ended")
    #expect(report.isDone)
  }

  @Test func aSecondCancelIsNoSuccess() throws {
    let ended = try CancelCommand.report(outcome(0, 0, 9), of: counts(["cancelled": 9]), isNow: false)
    #expect(ended.words == "job 12 (sweep), ada's: nothing was cancelled, 9 had ended" && !ended.isDone)
    let stopping = try CancelCommand.report(outcome(0, 0, 1), of: counts(["pending_cancellation": 1]), isNow: false)
    #expect(stopping.words == "job 12 (sweep): 1 is being stopped already; --now ends them at once" && !stopping.isDone)
  }

  @Test func aHoldOfWhatRunsIsNoSuccess() throws {
    let running = try HoldOptions.report(true, changed: 0, counts(["running": 2, "failed": 1]))
    #expect(running.words == "job 12 (sweep): nothing waits that could be held: 2 running, 1 ended" && !running.isDone)
    let some = try HoldOptions.report(true, changed: 3, counts(["held": 3, "running": 2]))
    #expect(some.words == "job 12 (sweep): 3 held; the rest: 2 running" && some.isDone)
    let again = try HoldOptions.report(true, changed: 0, counts(["held": 3]))
    #expect(again.words == "job 12 (sweep): held already" && again.isDone)
    let free = try HoldOptions.report(false, changed: 0, counts(["available": 3]))
    #expect(free.words == "job 12 (sweep): nothing of it is held" && !free.isDone)
  }

  @Test func membersAreCountedByTheirStates() throws {
    let job = try #require(JobView(["number": 1, "state": "running", "owner": "ada"]))
    let tasks: [JSON] = [
      ["_id": "a", "state": "inactive"], ["_id": "b", "state": "available", "held": true],
      ["_id": "c", "state": "terminated", "outcome": "failed"],
      ["_id": "d", "state": "terminated", "outcome": "succeeded"],
      ["_id": "e", "state": "running"],
    ]
    let counts = MemberCounts(tasks, named: "1.1-5", of: job)
    #expect(counts.waiting == 2 && counts.running == 1 && counts.ended == 2 && counts.count(.failed) == 1)
    #expect(counts.title == "1.1-5" && counts.openWords == "1 running, 2 waiting")
    #expect(RetryCommand.standing(counts) == "1 succeeded, 1 running, 2 waiting")
  }

  @Test func membersBecomeRanges() {
    #expect(JobPart.ranges([3, 1, 2, 2, 9, 11, 10]) == [1...3, 9...11])
    #expect(JobPart.ranges([Int64]()) == [])
  }
}
