import BanyanCore
import BanyanJSON
import Testing

@testable import banyan

@Suite struct JobViewTests {
  static func view(_ state: String, _ counts: JSON, tasks: Int64 = 100, name: String? = "sweep") throws -> JobView {
    var document: JSONObject = [
      "number": 12, "owner": "ann", "state": .string(state), "task_count": .integer(tasks), "counts": counts,
      "started": "2026-11-25T04:00:00.000Z", "_created": "2026-11-25T03:00:00.000Z",
    ]
    if let name { document["name"] = .string(name) }
    return try #require(JobView(.object(document)))
  }

  @Test func whatIsNoJobIsNone() {
    #expect(JobView(["number": 1]) == nil)
    #expect(JobView([]) == nil)
  }

  @Test func whatIsLeftIsToldAsFarAsItIsKnown() throws {
    let now: Int64 = 1_764_043_200_000
    var document: JSONObject = [
      "number": 12, "owner": "ann", "state": "running", "task_count": 2, "counts": ["running": 2],
    ]
    document["estimated_end"] = ["earliest": "2025-11-25T04:10:00.000Z", "likely": "2025-11-25T04:12:34.000Z"]
    let view = try #require(JobView(.object(document)))
    #expect(JobListing(now: now).table(of: [view]).lines(width: 100, hasColour: false)[1].contains("~12m 34s"))
    #expect(JobProgress.end([view]) == view.estimatedEnd?.likely)
    let other = try Self.view("running", ["running": 8])
    #expect(JobProgress.end([view, other]) == nil, "nobody knows when the other one ends")
  }

  @Test func anEndIsToldWithWhatFailed() throws {
    let view = try Self.view("failed", ["succeeded": 96, "failed": 3, "cancelled": 1])
    #expect("\(view.title): \(JobWaiting.ending(view))" == "job 12 (sweep): 3 failed, 1 cancelled of 100")
    let task: JSON = [
      "_id": "6b0660616ce937ff6059296f", "name": "fit[3]", "state": "terminated", "outcome": "failed",
      "cause": "failure (exit 1)", "job": 12, "member": 4,
    ]
    #expect(JobWaiting.lines([task], of: view) == ["  12.4 fit[3]: failure (exit 1)", "  and 2 more"])
  }

  @Test func theStatusIsSuccessOnlyIfAllSucceeded() throws {
    let good = try Self.view("succeeded", ["succeeded": 100])
    let bad = try Self.view("cancelled", ["cancelled": 100])
    #expect(JobWaiting.status(of: [1], [1: good]) == .success)
    #expect(JobWaiting.status(of: [1, 2], [1: good, 2: bad]) == .someFailed)
    #expect(JobWaiting.status(of: [1, 2], [1: good]) == .noSuchThing)
  }
}
