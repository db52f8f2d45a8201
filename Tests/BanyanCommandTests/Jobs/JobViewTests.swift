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

  @Test func aTableSaysHowFarEachIs() throws {
    let running = try Self.view("running", ["succeeded": 30, "failed": 2, "running": 8, "pending_cancellation": 1])
    let table = JobListing(now: 1_764_043_200_000 + 31_536_000_000 + 90_500).table(of: [running])
    let lines = table.lines(width: 100, hasColour: false)
    #expect(lines[0].split(separator: " ") == ["JOB", "NAME", "STATE", "TASKS", "ELAPSED", "LEFT", "OWNER"])
    #expect(lines[1].contains("12  sweep"))
    #expect(lines[1].contains("32/100 done, 9 running, 2 failed"))
    #expect(lines[1].contains("1m 30s"))
    #expect(lines[1].hasSuffix("ann"))
  }

  @Test func whatIsLeftIsToldAsFarAsItIsKnown() throws {
    let now: Int64 = 1_764_043_200_000
    func left(_ likely: Int64) throws -> String? {
      let moment = Forecast.Estimate(earliest: now, likely: now + likely, latest: nil)
      return ForecastWords.left(until: moment, now: now)
    }
    #expect(try left(-5) == "<1s")
    #expect(try left(12_300) == "~13s")
    #expect(try left(754_000) == "~13m")
    #expect(try left(5_400_000) == "~1h 30m")
    #expect(ForecastWords.left(until: nil, now: now) == nil)
    var document: JSONObject = [
      "number": 12, "owner": "ann", "state": "running", "task_count": 2, "counts": ["running": 2],
    ]
    document["estimated_end"] = ["earliest": "2025-11-25T04:10:00.000Z", "likely": "2025-11-25T04:12:34.000Z"]
    let view = try #require(JobView(.object(document)))
    let table = JobListing(now: 1_764_043_200_000).table(of: [view])
    #expect(table.lines(width: 100, hasColour: false)[1].contains("~13m"))
    let end = try #require(JobProgress.end([view], now: now))
    #expect(JobProgress.line([view], clock: "00:12", end: end, width: 120).hasSuffix("00:12  ends about \(end)"))
    let other = try Self.view("running", ["running": 8])
    #expect(JobProgress.end([view, other], now: now) == nil, "nobody knows when the other one ends")
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

  @Test func theLineThatMovesFitsItsTerminal() throws {
    let view = try Self.view("running", ["succeeded": 30, "failed": 2, "running": 8])
    for width in [40, 80, 400] {
      let line = JobProgress.line([view], clock: "00:12", width: width)
      #expect(line.count < width)
      #expect(line.contains("32/100 done, 8 running"))
    }
  }
}
