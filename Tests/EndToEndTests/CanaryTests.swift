import Foundation
import Testing

/// A token that is looked for wherever it must not be: logs, journal, snapshots, audit log, command lines, environments.
@Suite(.serialized) struct CanaryTests {
  @Test func noTokenIsLeftAnywhere() throws {
    let site = try Site()
    let server = try site.server("--log-format", "json")
    let canary = "canary-\(UUID().uuidString)"
    let home = site.path("home")
    // Two users with tokens of our choice, used well, wrongly, and in every place where one could be put by mistake.
    let provider = try token(home + "/provider.token")
    try "header = \"Authorization: Bearer \(provider)\"".write(
      toFile: site.path("curlrc"), atomically: true, encoding: .utf8)
    for (name, role) in [("bird", "provider"), ("worm", "worker")] {
      // Snapshots are an admin's.
      let rights = role == "provider" ? ", \"admin\": true" : ""
      let body = "{\"name\": \"\(name)\", \"role\": \"\(role)\", \"token\": \"\(canary)-\(role)\"\(rights)}"
      try body.write(toFile: site.path("user"), atomically: true, encoding: .utf8)
      let made = try site.run(
        "/usr/bin/env",
        [
          "curl", "-sS", "-K", site.path("curlrc"), "-H", "Content-Type: application/json", "-d",
          "@\(site.path("user"))",
          "\(server.url)/users",
        ])
      #expect(made.output.contains("201") || made.output.contains("\(canary)-\(role)"), "\(made.output) \(made.errors)")
    }
    try "\(canary)-provider\n".write(toFile: home + "/provider.token", atomically: true, encoding: .utf8)
    try "\(canary)-worker\n".write(toFile: home + "/worker.token", atomically: true, encoding: .utf8)
    let worker = try site.worker("w", "--log-format", "json")
    let id = try site.output(
      "submit", "-o", "ids", "--", "/bin/sh", "-c",
      "tr '\\0' '\\n' </proc/$PPID/environ; tr '\\0' ' ' </proc/$PPID/cmdline; env")
    #expect(try site.banyan("wait", id).status == 0)
    let printed = try site.output("logs", id)
    #expect(!printed.contains(canary), "a task sees the token")
    for path in ["/tasks?token=\(canary)-provider", "/nothing/\(canary)-provider"] {
      _ = try site.run(
        "/usr/bin/env", ["curl", "-sS", "-H", "Authorization: Bearer \(canary)-wrong", "\(server.url)\(path)"])
    }
    for process in [server.program, worker] {
      let folder = "/proc/\(process.id)"
      for file in ["cmdline", "environ"] {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)"))
        #expect(!String(decoding: bytes, as: UTF8.self).contains(canary), "\(file)")
      }
    }
    #expect(try site.banyan("snapshot", "now").status == 0)
    worker.kill(SIGTERM)
    #expect(worker.waits(for: 30))
    server.program.kill(SIGTERM)
    #expect(server.program.waits(for: 30))
    for text in [server.program.errors, server.program.output, worker.errors, worker.output] {
      #expect(!text.contains(canary))
    }
    // Each line of both logs is an object.
    for line in (server.program.errors + worker.errors).split(separator: "\n") {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["level"] is String && object?["message"] is String && object?["time"] is String, "\(line)")
    }
    let found = try site.run("/usr/bin/env", ["grep", "-rlaF", canary, site.folder.path])
    let places = Set(found.output.split(separator: "\n").map { String($0) })
    #expect(places == [site.path("user"), home + "/provider.token", home + "/worker.token"])
  }

  private func token(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
