import Foundation
import Testing

/// What is wrong gets a clear message and a status that isn't 0; the server goes on.
@Suite(.serialized) struct BadInputTests {
  @Test func aPortThatIsTakenIsNamed() throws {
    let site = try Site()
    let server = try site.server()
    let second = try site.banyan(
      "server", "--port", "\(server.port)", "--data", site.path("other"), "--access", site.path("other-home"))
    #expect(second.status != 0)
    #expect(second.errors.contains("\(server.port)") && second.errors.contains("taken"))
    // Its first users were made, and their tokens aren't lost with it.
    let third = try site.server("--access", site.path("other-home"), data: "other")
    let token = try String(contentsOfFile: site.path("other-home/provider.token"), encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(try site.run("/usr/bin/env", ["curl", "-sfS", "-u", "\(token):", "\(third.url)/tasks"]).status == 0)
  }

  @Test func aFolderHasOneServer() throws {
    let site = try Site()
    _ = try site.server()
    let second = try site.banyan("server", "--port", "0", "--data", site.path("data"))
    #expect(second.status != 0)
    #expect(second.errors.contains(site.path("data")) && second.errors.contains("another server"))
  }

  @Test func aFolderThatCannotBeWrittenIsNamed() throws {
    let site = try Site()
    let file = site.path("file")
    try "x".write(toFile: file, atomically: true, encoding: .utf8)
    let result = try site.banyan("server", "--port", "0", "--data", file + "/data")
    #expect(result.status != 0)
    #expect(result.errors.contains(file))
  }

  @Test func aWrongGraphIsToldWithLineAndColumnAndNothingIsSubmitted() throws {
    let site = try Site()
    _ = try site.server()
    for (text, words) in [
      ("tasks:\n  a: {run: 'true', cors: 1}\n", ["2:", "cors", "cores"]),
      ("tasks:\n  a: {run: 'true', after: b}\n", ["2:", "b"]),
      ("tasks:\n  a: {run: 'true', after: b}\n  b: {run: 'true', after: a}\n", ["cycle"]),
      ("tasks: [\n", [":"]),
    ] {
      try text.write(toFile: site.path("bad.yaml"), atomically: true, encoding: .utf8)
      let result = try site.banyan("submit", site.path("bad.yaml"))
      #expect(result.status == 64, "\(text): \(result.errors)")
      for word in words { #expect(result.errors.contains(word), "\(text): \(result.errors)") }
    }
    #expect(try site.list().isEmpty)
  }

  @Test func whatDoesNotExistWhatIsNotAllowedAndWhatCannotBeReached() throws {
    let site = try Site()
    let server = try site.server()
    #expect(try site.banyan("show", "no-such-task").status == 66)
    #expect(try site.banyan("wait", "no-such-task").status == 66)
    #expect(try site.banyan("submit", "--cores", "many", "--", "true").status == 64)
    #expect(try site.run("/usr/bin/env", ["BANYAN_TOKEN=wrong", Site.binary("banyan").path, "list"]).status == 77)
    server.program.kill(SIGTERM)
    #expect(server.program.waits(for: 20))
    #expect(try site.banyan("list").status == 69)
  }

  @Test func whateverIsSentTheServerGoesOn() throws {
    let site = try Site()
    let server = try site.server("--open")
    for (body, status) in [
      ("{", "400"), ("[1, 2", "400"), ("{\"command\": \"x\", \"command\": \"y\"}", "400"),
      ("{\"command\": \"x\", \"requested_resources\": {}, \"commnad\": 1}", "422"), ("17", "422"),
      ("{\"name\": 9223372036854775808}", "400"), ("{\"name\": \"\\u0000\"}", "400"),
      (String(repeating: "[", count: 100_000), "400 413 422"), ("{\"priority\": 1e999}", "400"),
    ] {
      let file = site.path("body")
      try body.write(toFile: file, atomically: true, encoding: .utf8)
      let result = try site.run(
        "/usr/bin/env",
        [
          "curl", "-sS", "-o", site.path("answer"), "-w", "%{http_code}", "-X", "POST", "-H",
          "Content-Type: application/json", "--data-binary", "@\(file)", "\(server.url)/tasks",
        ])
      #expect(status.contains(result.output) && !result.output.isEmpty, "\(body.prefix(60)): \(result.output)")
      let answer = try String(contentsOfFile: site.path("answer"), encoding: .utf8)
      #expect(answer.contains("\"_status\":\"ERR\"") || answer.contains("\"_status\": \"ERR\""), "\(answer)")
    }
    #expect(server.program.isRunning)
    #expect(try site.list().isEmpty)
  }
}
