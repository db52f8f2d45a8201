import BanyanCore
import BanyanJSON
import BanyanTerminal
import Testing

@testable import banyan

@Suite struct JobListingTests {
  /// 90 seconds behind the start of the sample's job.
  private static let now: Int64 = 1_795_579_200_000 + 90_500

  private static func lines(_ jobs: [JobView], _ glances: [JSON] = [], width: Int = 160) -> [String] {
    JobListing(now: now, glances: JobGlances(glances)).table(of: jobs).lines(width: width, hasColour: false)
  }

  @Test func aTableSaysHowFarEachIs() throws {
    let running = try JobViewTests.view(
      "running", ["succeeded": 30, "failed": 2, "running": 8, "pending_cancellation": 1])
    let lines = Self.lines([running])
    #expect(lines[0].split(separator: " ") == ["JOB", "NAME", "STATE", "PROGRESS", "DONE", "ELAPSED", "OWNER"])
    #expect(lines[1].contains("12  sweep"))
    #expect(lines[1].contains("30/100, 9 running, 2 failed"))
    #expect(lines[1].contains("1m 30s"))
    #expect(lines[1].hasSuffix("ann"))
  }

  @Test func whatHasNoNameIsToldApartByItsCommand() throws {
    let job = try JobViewTests.view("waiting", ["available": 1], tasks: 1, name: nil)
    let lines = Self.lines([job], [["number": 12, "command": "sh -c 'echo a\u{1B}[31m'"]])
    #expect(lines[1].contains("sh -c 'echo a\\u{1b}[31m'"))
  }

  @Test func whyItWaitsAndWhatFailedIsTold() throws {
    let waiting = try JobViewTests.view("waiting", ["available": 2], tasks: 2)
    let reason: JSON = ["reason": "folder_missing", "short": "lab1 gave it back: no such folder: /x", "member": 2]
    #expect(Self.lines([waiting], [["number": 12, "why": reason]])[1].contains("12.2: lab1 gave it back"))
    // A job that runs waits for room as any does, and that is not worth a word.
    let running = try JobViewTests.view("running", ["available": 2, "running": 1], tasks: 3)
    let busy: JSON = ["reason": "resources", "short": "no room", "member": 2]
    #expect(!Self.lines([running], [["number": 12, "why": busy]])[1].contains("no room"))
    #expect(Self.lines([running], [["number": 12, "why": reason]])[1].contains("gave it back"))
    let failed = try JobViewTests.view("failed", ["succeeded": 2, "failed": 1], tasks: 3)
    let failure: JSON = ["member": 3, "name": "fit[3]", "outcome": "failed", "cause": "failure (exit 1)"]
    #expect(Self.lines([failed], [["number": 12, "failure": failure]])[1].contains("12.3 fit[3]: failure (exit 1)"))
  }

  @Test func afterARetryTheTimeCountsFromThere() throws {
    let job = try JobViewTests.view("running", ["running": 1], tasks: 1)
    let glance: JSON = [
      "number": 12, "since": "2026-11-25T04:01:20.000Z",
      "estimated_end": ["likely": "2026-11-25T04:01:40.500Z"],
    ]
    let line = Self.lines([job], [glance])[1]
    #expect(line.contains("  10s") && line.contains("~10s"), "\(line)")
  }

  @Test func itFitsEveryWidth() throws {
    let jobs = try [
      JobViewTests.view("running", ["succeeded": 30, "failed": 2, "running": 8], name: "a name 名前 that is long"),
      JobViewTests.view("waiting", ["available": 1], tasks: 1, name: nil),
    ]
    let reason: JSON = ["reason": "never_fits", "short": "no worker could ever run it: lab1 has 2 cores of 64"]
    for width in 40...200 {
      for line in Self.lines(jobs, [["number": 12, "why": reason]], width: width) {
        #expect(DisplayWidth.of(line) <= width)
      }
    }
    let narrow = Self.lines(jobs, width: 40)[1]
    #expect(narrow.contains("running") && narrow.contains("30/100"), "\(narrow)")
  }
}
