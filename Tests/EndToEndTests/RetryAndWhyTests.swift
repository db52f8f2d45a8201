import Foundation
import Testing

/// What people do when something failed: ask why, mend it, and try again.
@Suite(.serialized) struct RetryAndWhyTests {
  @Test func aFailedGraphIsExplainedAndTriedAgainAsAWhole() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one", "--cores", "2")
    let graph = """
      name: g
      tasks:
        first: {run: test -e flag}
        second: {run: 'true', after: first}
        third: {run: 'true', after: second}
      """
    try graph.write(toFile: site.path("graph.yaml"), atomically: true, encoding: .utf8)
    let lines = try site.output("submit", site.path("graph.yaml")).split(separator: "\n")
    let ids = lines.compactMap { $0.split(separator: "\t").last.map(String.init) }
    #expect(try site.banyan("wait", ids[0], ids[1], ids[2]).status == 1)
    #expect(try site.output("why", "g/first") == "It failed: failure (exit 1).")
    #expect(
      try site.output("why", ids[2])
        == "It was cancelled because g/first, 2 tasks above it, failed: failure (exit 1).")
    try "".write(toFile: site.path("flag"), atomically: true, encoding: .utf8)
    let retried = try site.banyan("retry", "g/first")
    #expect(retried.status == 0)
    #expect(retried.errors == "and 2 that were cancelled below\n")
    let copy = retried.output.trimmingCharacters(in: .newlines)
    #expect(copy.count == 24 && copy != ids[0])
    #expect(try site.banyan("wait", "@last", "g/third").status == 0)
    #expect(try site.list("--state", "succeeded").count == 3)
    let again = try site.banyan("retry", "g/third")
    #expect(again.status == 64 && again.errors.contains("it succeeded"))
  }

  @Test func whatWaitsSaysWhy() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one", "--cores", "2")
    try site.until("the worker is there") {
      try site.output("workers", "-o", "json").contains("\"connected\": true")
    }
    let huge = try site.banyan("submit", "--cores", "9999", "--", "true").output.trimmingCharacters(in: .newlines)
    let sentence = "No known worker could ever run it: the nearest, one, has 2 cores of 9999."
    #expect(try site.output("why", huge) == sentence)
    #expect(try site.output("list", "-o", "wide").contains("no worker could ever run it: one has 2 cores of 9999"))
    let why = try site.output("why", huge, "-o", "json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(why.utf8)) as? [String: Any])
    #expect(object["reason"] as? String == "never_fits")
    try site.output("workers", "pause", "one", "--note", "new disk")
    let small = try site.output("submit", "--", "true")
    #expect(
      try site.output("why", small)
        == "The one worker that could run it takes nothing: one is paused (new disk).")
    try site.output("workers", "resume", "one")
    #expect(try site.banyan("wait", small).status == 0)
    #expect(try site.output("why", small) == "It succeeded.")
  }
}
