import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanWire

@Suite struct ForecastSentenceTests {
  private static func hours(_ time: Int64) -> String { "\(time):00" }

  @Test func aMomentIsAsExactAsItIsKnown() {
    func sentence(_ end: Forecast.Estimate?) -> String? {
      ForecastSentence.sentence(start: nil, end: end, time: Self.hours)
    }
    #expect(
      sentence(Forecast.Estimate(earliest: 14, likely: 15, latest: 16)) == "It should end about 15:00 (14:00 to 16:00)."
    )
    #expect(sentence(Forecast.Estimate(earliest: 15, likely: 15, latest: 15)) == "It should end about 15:00.")
    #expect(
      sentence(Forecast.Estimate(earliest: 14, likely: 15, latest: nil))
        == "It should end about 15:00 (14:00 or later).")
    #expect(sentence(Forecast.Estimate(earliest: 15, likely: 15, latest: nil)) == "It should end about 15:00 or later.")
    #expect(sentence(nil) == nil)
  }

  @Test func whatHasToComeAboutStandsBehindTheStart() {
    let start = Forecast.Estimate(earliest: 14, likely: 15, latest: 16)
    let end = Forecast.Estimate(earliest: 17, likely: 17, latest: 17)
    let clause = ForecastSentence.clause("room", task: "fit[3]", worker: "node1")
    #expect(
      ForecastSentence.sentence(start: start, end: end, clause: clause, time: Self.hours)
        == "It should start about 15:00 (14:00 to 16:00), when fit[3] has ended on node1, and end about 17:00.")
    #expect(
      ForecastSentence.sentence(start: start, end: nil, time: Self.hours)
        == "It should start about 15:00 (14:00 to 16:00).")
    #expect(ForecastSentence.clause("room", task: nil, worker: "node1") == nil)
    #expect(ForecastSentence.clause("tomorrow", task: "a", worker: "b") == nil, "a newer server's word")
  }

  @Test func aDocumentTellsIt() throws {
    let top = TaskMention(id: TaskID(seconds: 1, rest: 2), name: "top", state: .running, cause: nil)
    let why = Why(
      task: TaskMention(id: TaskID(seconds: 1, rest: 3), name: "low", state: .inactive, cause: nil),
      reason: .parents([top], count: 1))
    let start = Forecast.Estimate(earliest: 1_000, likely: 61_000, latest: nil)
    let times = ExpectedTimes(start: start, end: nil, now: 30_000)
    let document = WhyDocument.document(why, expected: ExpectedTask(times: times, waitsFor: .parent(top)))
      .json(DocumentOptions(dates: .iso8601))
    #expect(
      document["estimated_start"] == ["earliest": "1970-01-01T00:00:30.000Z", "likely": "1970-01-01T00:01:01.000Z"],
      "what should have come by now comes now")
    #expect(document["estimated_end"] == nil)
    #expect(document["waits_for"]?["what"] == "parent" && document["waits_for"]?["task"]?["name"] == "top")
    #expect(
      document["forecast"]
        == "It should start about 1970-01-01T00:01:01.000Z (1970-01-01T00:00:30.000Z or later), when top has ended.")
    #expect(WhyDocument.document(why).json()["forecast"] == nil)
  }
}
