import BanyanJSON
import BanyanTerminal
import Testing

@testable import banyan

@Suite struct TaskListingTests {
  private static let now: Int64 = 1_795_579_200_000 + 90_500
  private static let running: JSON = [
    "_id": "6b0660616ce937ff6059296f", "name": "fit[3]", "state": "running", "job": 12, "member": 4, "owner": "ann",
    "started": "2026-11-25T04:00:30.000Z", "worker_id": "6b0660616ce937ff6059296a",
    "last_worker_id": "6b0660616ce937ff6059296a", "arguments": ["sh", "-c", "a b"],
  ]
  private static let ended: JSON = [
    "_id": "6b0660616ce937ff60592970", "state": "terminated", "outcome": "failed", "cause": "failure (exit 1)",
    "job": 12, "member": 5, "started": "2026-11-25T04:00:30.000Z", "ended": "2026-11-25T04:00:42.000Z",
    "last_worker_id": "6b0660616ce937ff6059296b",
  ]

  @Test func timesWorkersAndReasonsAreTold() {
    let listing = TaskListing(isWide: false, now: Self.now, workers: ["6b0660616ce937ff6059296a": "lab1"])
    let lines = listing.table(of: [Self.running, Self.ended]).lines(width: 200, hasColour: false)
    #expect(
      lines[0].split(separator: " ") == [
        "TASK", "NAME", "STATE", "ELAPSED", "STARTED", "ENDED", "WORKER", "WHY", "OWNER", "COMMAND",
      ])
    #expect(lines[1].hasPrefix("12.4  fit[3]  running") && lines[1].contains("1m") && lines[1].contains("lab1"))
    #expect(lines[1].hasSuffix("sh -c 'a b'"))
    #expect(lines[2].contains(" 12s ") && lines[2].contains("failure (exit 1)") && lines[2].contains("(gone)"))
  }

  @Test func whatIsHeldIsNotJustWaiting() {
    let held: JSON = ["_id": "6b0660616ce937ff60592970", "state": "available", "held": true]
    #expect(TaskView(held)?.stateWord == "held")
  }

  @Test func itFitsEveryWidth() {
    let listing = TaskListing(isWide: false, now: Self.now)
    for width in 40...200 {
      for line in listing.table(of: [Self.running, Self.ended]).lines(width: width, hasColour: false) {
        #expect(DisplayWidth.of(line) <= width)
      }
    }
    let narrow = listing.table(of: [Self.ended]).lines(width: 40, hasColour: false)
    #expect(narrow[1].contains("failed") && narrow[1].contains("12.5"))
  }
}
