import BanyanJSON
import Testing

@testable import banyan

@Suite struct StatisticsTablesTests {
  @Test func queuesRatesTimesAndWorkers() throws {
    let statistics = try JSON(
      parsing: """
        {"tasks": {"by_state": {"available": 2, "inactive": 1, "running": 4, "terminated": 9, "cancelled": 5},
          "by_queue": {"night": {"available": 2, "inactive": 1, "running": 4, "terminated": 9, "cancelled": 5}}},
         "rates": {"1m": {"submitted": 12.4, "claimed": 0.333, "ended": 0.001}},
         "waiting": {"1m": {"count": 3, "p50": 8, "p99": 61000}},
         "workers": {"registered": 3, "connected": 2, "offered": {"cpu_cores": 16, "cpu_memory_bytes": 1073741824, "gpus": 2},
          "reserved": {"cpu_cores": 4, "cpu_memory_bytes": 0, "gpus": 1}}}
        """)
    let lines = StatisticsTables(statistics: statistics).lines(width: 100, hasColour: false)
      .map { $0.split(separator: " ").joined(separator: " ") }
    #expect(lines[0] == "QUEUE WAITING RUNNING ENDED CANCELLED")
    #expect(lines[1] == "night 3 4 9 5")
    #expect(lines[2] == "all 3 4 9 5")
    #expect(lines.contains("submitted 12/s 0 0"))
    #expect(lines.contains("claimed 0.33/s 0 0"))
    #expect(lines.contains("ended <0.01/s 0 0"))
    #expect(lines.contains("waited, p50 / p99 8ms / 1m 1s - -"))
    #expect(lines.last == "2 of 3 workers up, 4 of 16 cores, 0 B of 1 GiB reserved, 1 of 2 GPUs")
  }

  @Test func aServerThatSaysNothingIsNoError() {
    #expect(StatisticsTables(statistics: [:]).lines(width: 40, hasColour: true).count > 5)
  }
}
