import Foundation
import Testing

/// A worker that somebody else wrote, in another language, with a plain WebSocket library.
@Suite struct PythonTests {
  @Test func aPythonWorkerSaysHelloClaimsReportsAndIsTold() throws {
    let site = try Site()
    let server = try site.server()
    let first = try site.output("submit", "-o", "ids", "--name", "first", "--", "true")
    let second = try site.output("submit", "-o", "ids", "--name", "second", "--after", "first", "--", "sleep", "600")
    let python = ProcessInfo.processInfo.environment["BANYAN_TEST_PYTHON"] ?? "python3"
    try #require(
      site.run("/usr/bin/env", [python, "-c", "import websockets"]).status == 0,
      "\(python) has no package websockets: run .ci/test, which makes an environment with it")
    let script = Site.checkout.appendingPathComponent("Tests/EndToEndTests/Python/worker.py").path
    let token = try String(contentsOfFile: site.path("home/worker.token"), encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let tokenFile = site.path("token")
    try token.write(toFile: tokenFile, atomically: true, encoding: .utf8)
    let client = try site.start(
      "/usr/bin/env", [python, script, server.url.replacingOccurrences(of: "http", with: "ws"), tokenFile])
    try site.until("the second task runs", within: 30) {
      guard client.isRunning else { throw Site.Trouble("the client ended: \(client.errors)") }
      return try site.field("state", of: second) == "running"
    }
    #expect(try site.field("state", of: first) == "terminated")
    #expect(try site.banyan("cancel", second).status == 0)
    #expect(client.waits(for: 30), "\(client.errors)")
    #expect(client.status == 0, "\(client.errors)")
    #expect(try site.field("state", of: second) == "cancelled")
  }
}
