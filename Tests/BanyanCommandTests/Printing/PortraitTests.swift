import BanyanJSON
import Testing

@testable import banyan

@Suite struct PortraitTests {
  private static let now: Int64 = 1_795_579_200_000 + 90_500
  private static let task: JSON = [
    "_id": "6b0660616ce937ff6059296f", "name": "fit[3]", "state": "terminated", "outcome": "failed",
    "cause": "failure (exit 1)", "exit_status": "failure (exit 1)", "job": 12, "member": 4, "owner": "ann",
    "_created": "2026-11-25T04:00:00.000Z", "ended": "2026-11-25T04:00:42.000Z", "arguments": ["fit", "a b"],
    "requested_resources": ["cpu_memory_bytes": 67_108_864, "cpu_cores": ["count": 1, "percent": 0], "gpu_count": 0],
    "queue": "night", "priority": 0, "max_attempt_count": 2, "attempt_count": 2, "claim_number": 2,
    "continuations": ["6b0660616ce937ff60592970"], "environment": ["LANG": "C", "SECRET": "x"],
    "max_runtime_milliseconds": 60_000,
  ]
  private static let attempts: [JSON] = [
    [
      "claim_number": 1, "worker_id": "w", "time_started": "2026-11-25T04:00:01.000Z",
      "time_terminated": "2026-11-25T04:00:02.000Z", "exit_status": "failure (exit 2)",
    ],
    [
      "claim_number": 2, "worker_id": "w", "time_started": "2026-11-25T04:00:30.000Z",
      "time_terminated": "2026-11-25T04:00:42.000Z", "exit_status": "failure (exit 1)", "cpu_seconds": 6,
      "peak_memory_bytes": 322_961_408, "working_directory": "/data",
    ],
  ]

  private static func portrait(isWide: Bool = false) -> TaskPortrait {
    TaskPortrait(
      item: task, attempts: attempts, reason: "failure (exit 1)",
      names: TaskNames(names: ["6b0660616ce937ff60592970": "12.5 sum"]), workers: ["w": "lab1"], isWide: isWide,
      now: now)
  }

  @Test func aTaskIsToldForAPerson() {
    let text = Self.portrait().portrait().text(hasColour: false)
    func line(_ word: String) -> String? { text.first { $0.hasPrefix(word + " ") } }
    #expect(line("task")?.hasSuffix("12.4 fit[3]") == true)
    #expect(line("state")?.hasSuffix("failed, 48 s ago") == true)
    #expect(line("why") == nil, "the exit says it")
    #expect(line("exit")?.hasSuffix("failure (exit 1)") == true)
    #expect(line("command")?.hasSuffix("fit 'a b'") == true)
    #expect(line("folder")?.hasSuffix("/data") == true)
    #expect(line("ran")?.hasSuffix("12s on lab1") == true)
    #expect(line("asked")?.hasSuffix("1 core, 64 MiB") == true)
    #expect(line("used")?.hasSuffix("308 MiB of memory at most, 6s of CPU (0.5 cores)") == true)
    #expect(line("remark")?.contains("asked for 64 MiB, used 308 MiB") == true)
    #expect(line("queue")?.hasSuffix("night") == true)
    #expect(line("priority") == nil, "it is at its default")
    #expect(line("then")?.hasSuffix("12.5 sum") == true)
    #expect(line("time limit")?.hasSuffix("1m") == true)
    #expect(!text.contains { $0.contains("SECRET=") } && line("environment")?.contains("LANG SECRET") == true)
    #expect(Self.portrait(isWide: true).portrait().text(hasColour: false).contains { $0.hasSuffix("SECRET=x") })
  }

  @Test func attemptsAreATableWhereThereAreSeveral() throws {
    let table = try #require(Self.portrait().history())
    let lines = table.lines(width: 120, hasColour: false)
    #expect(lines.count == 3 && lines[1].contains("failure (exit 2)") && lines[2].contains("308 MiB"))
  }

  @Test func aJobIsToldForAPerson() throws {
    let job = try JobViewTests.view("running", ["succeeded": 96, "failed": 3, "running": 1])
    let statistics: JSON = [
      "running": ["p50": 2000, "max": 5000], "waiting": ["p50": nil],
      "memory_bytes": ["asked": ["p50": 67_108_864, "max": 67_108_864], "used": ["p50": 1024, "max": 322_961_408]],
      "core_seconds": ["asked": 100.0, "used": 25.0],
      "estimated_end": [
        "earliest": "2026-11-25T04:02:00.000Z", "likely": "2026-11-25T04:03:00.500Z",
        "latest": "2026-11-25T04:04:00.000Z",
      ],
    ]
    let text = JobPortrait(job: job, statistics: statistics, why: "It is next.", now: Self.now).portrait()
      .text(hasColour: false)
    func line(_ word: String) -> String? { text.first { $0.hasPrefix(word + " ") } }
    #expect(line("job")?.hasSuffix("12  sweep") == true)
    #expect(line("tasks")?.contains("96/100 done, 1 running, 3 failed") == true)
    #expect(line("each takes")?.hasSuffix("2s, at most 5s") == true)
    #expect(line("each waited") == nil)
    #expect(line("remark")?.contains("asked for 64 MiB, used 308 MiB") == true)
    #expect(line("cores")?.contains("25%") == true)
    #expect(line("left")?.contains("~1m 30s, about ") == true)
  }

  @Test func resultsAreARowAMember() {
    let rows: [JSON] = [
      [
        "member": 1, "name": "fit[0.1]", "parameters": ["lr": "0.1"], "outcome": "succeeded", "exit_status": "success",
        "runtime": 1.5, "peak_memory_bytes": 2048, "asked_memory_bytes": 1024, "worker": "lab1", "attempts": 1,
      ],
      ["member": 2, "parameters": ["lr": "0.2"], "attempts": 0],
    ]
    let lines = ResultsTable(job: 12, now: Self.now).table(of: rows).lines(width: 120, hasColour: false)
    #expect(lines[0].split(separator: " ").prefix(3) == ["TASK", "lr", "OUTCOME"])
    #expect(lines[1].hasPrefix("12.1  0.1") && lines[1].contains("1.5s") && lines[1].contains("2 KiB"))
    #expect(lines[2].contains("waiting"))
    #expect(ResultsTable.remark(rows) == "1 of 2 used more memory than asked for: at most 2 KiB of 1 KiB")
    #expect(ResultsTable.remark([rows[1]]) == nil)
  }

  @Test func whoWatchesSeesWhatRunsAndWhatWaitsLongest() throws {
    let worker: JSON = ["_id": "w", "name": "lab1", "connected": true, "paused_until": "2026-11-25T04:10:00.000Z"]
    let running: JSON = [
      "_id": "6b0660616ce937ff6059296f", "state": "running", "job": 12, "member": 4, "worker_id": "w",
      "started": "2026-11-25T04:01:00.000Z", "requested_resources": ["cpu_memory_bytes": 1024],
    ]
    let waiting = try JobViewTests.view("waiting", ["available": 99, "inactive": 1])
    let why: JSON = ["reason": "resources", "short": "lab1 has 0 cores free", "member": 3]
    let attempt: JSON = ["cpu_usage": ["utilization_percent": 99.6], "memory": ["resident_memory_bytes": 2048]]
    let picture = TopPicture(
      statistics: [:], workers: [worker], running: [running], attempts: ["6b0660616ce937ff6059296f": attempt],
      runningTotal: 7, waiting: [waiting], glances: JobGlances([["number": 12, "why": why]]), now: Self.now)
    let lines = picture.lines(width: 120, hasColour: false)
    #expect(lines.contains("Runs, the first 1 of 7"))
    #expect(
      lines.contains { $0.contains("12.4") && $0.contains("100%") && $0.contains("2 KiB") && $0.contains("lab1") })
    #expect(
      lines.contains { $0.contains("1h 1m") && $0.contains(" 100 ") && $0.contains("12.3: lab1 has 0 cores") },
      "\(lines)")
    #expect(picture.document["running"]?[0]?["attempt"] == attempt)
    #expect(picture.document["waiting"]?[0]?["why"] == why)
  }
}
