import Foundation
import Testing

/// Logs whose worker is away: what is complete needs none, and half a log is never told as a whole one.
@Suite(.serialized) struct LogFollowTests {
  private static let large = ["sh", "-c", "head -c 588895 /dev/zero | tr '\\0' x"]

  private func ended(_ site: Site, _ command: [String]) throws -> String {
    let result = try site.run(Site.binary("banyan").path, ["submit", "--"] + command)
    let id = result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(try site.banyan("wait", id).status == 0)
    return id
  }

  private func follow(_ site: Site, _ arguments: String...) throws -> Program {
    try site.start(Site.binary("banyan").path, ["logs", "-f"] + arguments)
  }

  @Test func aFollowerWaitsForAWorkerThatRestarts() throws {
    let site = try Site()
    _ = try site.server()
    var worker = try site.worker("one", "--state", site.path("one"))
    let large = try ended(site, Self.large)
    let silent = try ended(site, ["true"])
    worker.kill()
    #expect(worker.waits(for: 10))
    try site.until("the worker is away") { try !site.isConnected("one") }
    for arguments in [["logs", silent], ["logs", "-f", silent], ["logs", "--both", silent]] {
      let result = try site.run(Site.binary("banyan").path, arguments)
      #expect(result.status == 0 && result.output.isEmpty, "\(arguments): \(result.errors)")
    }
    let followers = [
      try follow(site, large), try follow(site, "--both", large), try follow(site, "--tail", "1", large),
    ]
    for follower in followers {
      try site.until("it says that it waits") { follower.errors.contains("Waiting for it to come back") }
      #expect(follower.output.isEmpty && follower.isRunning)
    }
    worker = try site.worker("one", "--state", site.path("one"))
    for follower in followers {
      #expect(follower.waits(for: 60))
      #expect(follower.status == 0 && follower.output.utf8.count == 588_895, "\(follower.errors)")
    }
  }

  @Test func whatIsMissingForGoodIsSaidAndTheStatusTellsIt() throws {
    let site = try Site()
    _ = try site.server("--lease", "2s")
    let worker = try site.worker("one", "--state", site.path("one"))
    let large = try ended(site, Self.large)
    worker.kill()
    #expect(worker.waits(for: 10))
    try site.until("the worker is away") { try !site.isConnected("one") }
    let follower = try follow(site, large)
    #expect(follower.waits(for: 60))
    #expect(follower.status == 1 && follower.output.utf8.count == 65_536)
    #expect(follower.errors.contains("\(588_895 - 65_536) bytes"), "\(follower.errors)")
    // Nothing of it is left anywhere.
    try FileManager.default.removeItem(atPath: site.path("data/tails"))
    let lost = try site.banyan("logs", large)
    #expect(lost.status == 66 && lost.errors.contains("worker one"), "\(lost.errors)")
    let unregistered = try site.banyan("workers", "remove", "one")
    #expect(unregistered.status == 0, "\(unregistered.errors)")
    #expect(try site.banyan("logs", "-f", large).status == 66)
  }

  @Test func whatAWorkerThatIsThereHasLostIsNotSaidToBeOnOneThatIsAway() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one", "--state", site.path("one"))
    let large = try ended(site, Self.large)
    try FileManager.default.removeItem(atPath: site.path("one/logs"))
    for options in [[], ["-f"], ["--both"], ["--tail", "1"]] {
      let arguments = ["logs"] + options + [large]
      let result = try site.run(Site.binary("banyan").path, arguments)
      #expect(result.status == 1 && result.output.utf8.count == 65_536, "\(arguments): \(result.errors)")
      #expect(result.errors.contains("lost") && !result.errors.contains("away"), "\(arguments): \(result.errors)")
    }
  }

  @Test func aLogThatWasRemovedIsNotToldAsAnEmptyOne() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one", "--state", site.path("one"))
    let large = try ended(site, Self.large)
    let silent = try ended(site, ["true"])
    try FileManager.default.removeItem(atPath: site.path("data/tails"))
    try FileManager.default.removeItem(atPath: site.path("one/logs"))
    for options in [[], ["-f"], ["--both"]] {
      let lost = try site.run(Site.binary("banyan").path, ["logs"] + options + [large])
      #expect(lost.status == 66 && lost.output.isEmpty, "\(options): \(lost.status)")
      #expect(lost.errors.contains("worker one"), "\(lost.errors)")
      let nothing = try site.run(Site.binary("banyan").path, ["logs"] + options + [silent])
      #expect(nothing.status == 0 && nothing.output.isEmpty, "\(options): \(nothing.status) \(nothing.errors)")
    }
  }

  @Test func theWholeOfALongLogIsToldToBeItsEnd() throws {
    let site = try Site()
    let server = try site.server()
    _ = try site.worker("one")
    let id = try ended(site, ["sh", "-c", "head -c 5000000 /dev/zero"])
    let token = try String(contentsOfFile: site.path("home/provider.token"), encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let answer = try site.run(
      "/usr/bin/env",
      ["curl", "-sS", "-u", "\(token):", "-D", "-", "-o", "/dev/null", "\(server.url)/tasks/\(id)/log"])
    #expect(answer.output.lowercased().contains("banyan-log-end: true"), "\(answer.output)")
    #expect(answer.output.lowercased().contains("content-length: 5000000"))
  }
}
