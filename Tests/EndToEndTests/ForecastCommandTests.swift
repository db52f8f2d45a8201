import Foundation
import Testing

/// When something will begin and end: what the server expects is told by the commands that people ask.
@Suite(.serialized) struct ForecastCommandTests {
  @Test func theCommandsTellWhenItBeginsAndEnds() throws {
    let site = try Site()
    let server = try site.server()
    _ = try site.worker("one", "--cores", "1")
    let first = try site.output("submit", "--name", "first", "--estimate", "2h", "--", "sleep", "600")
    try site.until("the first one runs") { try site.output("list").contains("running") }
    let second = try site.output("submit", "--name", "second", "--estimate", "1h", "--", "true")
    // A forecast is good for five seconds.
    try site.until("the second one is in a forecast") {
      try site.output("why", second).contains("It should start about")
    }
    let why = try site.output("why", second)
    #expect(why.contains("when first has ended on one"), "\(why)")
    #expect(why.contains(", and end about "), "\(why)")
    #expect(!why.contains("T0") && !why.contains("Z "), "times are in the reader's zone: \(why)")
    #expect(try site.output("why", first).contains("It should end about "))
    let lines = try site.output("list").split(separator: "\n").map(String.init)
    #expect(lines[0].contains("LEFT"))
    #expect(lines.contains { $0.contains("first") && ($0.contains("~2h") || $0.contains("~1h 59m")) }, "\(lines)")
    #expect(lines.contains { $0.contains("second") && ($0.contains("~3h") || $0.contains("~2h 59m")) }, "\(lines)")
    let job = try site.get("/jobs/\(second)?dates=iso8601", server)
    #expect(job.contains("\"estimated_start\"") && job.contains("\"estimated_end\""))
    let statistics = try site.get("/jobs/\(second)/statistics", server)
    #expect(statistics.contains("\"estimated_end\":{\"earliest\""), "\(statistics)")
    #expect(try site.get("/metrics", server).contains("banyan_forecasts_judged 0"))
    #expect(try site.get("/statistics", server).contains("\"forecasts\":{\"judged\":0,\"held\":0}"))
    let filter = "%7B%22estimated_end.likely%22:%7B%22$gt%22:%222020-01-01T00:00:00Z%22%7D%7D"
    #expect(try site.get("/jobs?where=\(filter)", server).contains("\"total\":2"), "it can be asked for")
    try site.output("cancel", "--yes", "--now", first, second)
  }
}

extension Site {
  /// What REST answers.
  fileprivate func get(_ path: String, _ server: RunningServer) throws -> String {
    let token = try String(contentsOfFile: self.path("home/provider.token"), encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return try run("/usr/bin/env", ["curl", "-sS", "-g", "-u", "\(token):", server.url + path]).output
  }
}
