import Foundation
import Testing

/// What stands in the pages works as it stands there.
@Suite(.serialized) struct PagesTests {
  /// A site with a folder in which the pages' commands find what they name.
  private func scene() throws -> Site {
    let site = try Site()
    let manager = FileManager.default
    try manager.copyItem(
      at: Site.checkout.appendingPathComponent("seeds"), to: site.folder.appendingPathComponent("seeds"))
    // One of a hundred fails, so that there is something to try again.
    let scripts = ["fit": "test \"$1\" != 7", "job.sh": "echo \"$@\"", "make": "echo made"]
    try manager.createDirectory(atPath: site.path("bin"), withIntermediateDirectories: true)
    for (name, line) in scripts {
      let path = site.path(name == "make" ? "bin/make" : name)
      try "#!/bin/sh\n\(line)\n".write(toFile: path, atomically: true, encoding: .utf8)
      try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    try "a\nb\n".write(toFile: site.path("files.txt"), atomically: true, encoding: .utf8)
    try "tasks: {fit: {run: './fit {x} {y}', matrix: {x: [1, 2], y: [a, b]}}}\n"
      .write(toFile: site.path("fit.yaml"), atomically: true, encoding: .utf8)
    return site
  }

  /// A line of a shell, as somebody types it who has the command.
  private func shell(_ site: Site, _ line: String, limit: Double = 120) throws -> Site.Result {
    let binaries = try Site.binary("banyan").deletingLastPathComponent().path
    let path = "PATH=\(site.path("bin")):\(binaries):\(site.environment["PATH"] ?? "/usr/bin:/bin")"
    return try site.run("/usr/bin/env", [path, "sh", "-c", line], limit: limit)
  }

  /// Nothing waits and nothing runs any more.
  private func settle(_ site: Site) throws {
    try site.until("all has ended", within: 120) {
      try ["waiting", "running"].allSatisfy { try site.output("tasks", "--state", $0, "-o", "ids").isEmpty }
    }
  }

  @Test func everyCommandThatStandsInAPageRuns() throws {
    var count = 0
    for file in try Pages.files() {
      let commands = try Pages.commands(of: file)
      guard !commands.isEmpty else { continue }
      let site = try scene()
      _ = try site.server()
      _ = try site.worker("one", "--cores", "4", "--memory", "64GiB")
      for command in commands {
        count += 1
        let place = "\(file):\(command.number): \(command.text)"
        switch command.text.split(separator: " ").dropFirst().first {
        case "server":
          // Beside the one that is there already.
          let line = "exec \(Self.bare(command.text)) --port 0 --data other-\(count) --access access-\(count)"
          let program = try site.start("/usr/bin/env", ["PATH=\(try path(site))", "sh", "-c", line])
          #expect(program.firstLine(within: 30)?.hasPrefix("http") == true, "\(place): \(program.errors)")
          program.kill(SIGTERM)
          #expect(program.waits(for: 30) && program.status == 0, "\(place): \(program.errors)")
        case "worker":
          let line = "exec \(Self.bare(command.text)) --name other-\(count)"
          let program = try site.start("/usr/bin/env", ["PATH=\(try path(site))", "sh", "-c", line])
          try site.until("\(place) is connected") { try site.isConnected("other-\(count)") }
          program.kill(SIGTERM)
          #expect(program.waits(for: 30) && program.status == 0, "\(place): \(program.errors)")
        case "top":
          let result = try shell(site, "timeout -s INT 3 \(command.text)")
          #expect(!result.output.isEmpty && result.errors.isEmpty, "\(place): \(result.errors)")
        default:
          let result = try shell(site, command.text)
          #expect(result.status == 0, "\(place): \(result.errors)")
          if command.text.hasPrefix("banyan submit") { try settle(site) }
        }
      }
    }
    #expect(count >= 10)
  }

  private func path(_ site: Site) throws -> String {
    try Site.binary("banyan").deletingLastPathComponent().path + ":/usr/bin:/bin"
  }

  /// A command without the remark behind it.
  private static func bare(_ line: String) -> String {
    let parts = line.components(separatedBy: "  #")
    return parts[0].trimmingCharacters(in: .whitespaces)
  }

  /// Commands in the text are not run, but they are no others than there are, and nor are their flags.
  @Test func everyCommandInTheTextIsOneWithFlagsThatItHas() throws {
    let site = try Site()
    var known: [String: String] = [:]
    let all = try site.output("--help-all")
    for file in try Pages.files() {
      for command in try Pages.inlineCommands(of: file) {
        let words = command.text.split(whereSeparator: { " |;".contains($0) }).map(String.init)
        let name = words[1]
        if name.hasPrefix("-") || name == name.uppercased() { continue }
        let place = "\(file):\(command.number): \(command.text)"
        #expect(all.contains("\n  \(name) "), "\(place)")
        let below = words.dropFirst(2).first.map { [name, $0] } ?? [name]
        if known[below.joined()] == nil {
          let result = try site.run(Site.binary("banyan").path, below + ["--help-all"])
          known[below.joined()] = result.output
        }
        let behind = words.prefix { $0 != "--" && $0 != "&&" }
        for flag in behind where flag.hasPrefix("--") && flag.count > 2 {
          let bare = String(flag.prefix { $0 != "=" })
          #expect(known[below.joined()]?.contains("\(bare) ") == true || bare.hasPrefix("--help"), "\(place): \(bare)")
        }
      }
    }
  }

  /// The table for people who come from other queues, by a worker that runs what can run.
  @Test func everyLineOfTheTableForThoseWhoComeFromElsewhereRuns() throws {
    let lines = try Pages.lines(of: "README.md").map(\.text)
    let start = try #require(lines.firstIndex { $0.hasPrefix("## If you come from") })
    let rows = lines[start...].dropFirst(4).prefix { $0.hasPrefix("|") }
    #expect(rows.count >= 20)
    let site = try scene()
    _ = try site.server()
    _ = try site.worker("one", "--cores", "8", "--memory", "64GiB")
    for row in rows {
      // A bar within a cell is written behind a backslash.
      let cells = row.replacingOccurrences(of: "\\|", with: "\u{1}").split(separator: "|").map {
        $0.replacingOccurrences(of: "\u{1}", with: "|")
      }
      let commands = Pages.spans(of: try #require(cells.last { $0.contains("`") })).filter { $0.contains("banyan") }
      #expect(!commands.isEmpty, "\(row)")
      for command in commands {
        let job = try prepared(for: command, site)
        let line = command.replacingOccurrences(
          of: #"(?<![\w.])12(?![\w])"#, with: job, options: .regularExpression)
        let result = try shell(site, line)
        #expect(result.status == 0, "\(command), as \(line): \(result.errors)")
      }
    }
  }

  /// A job that the command fits, and its number: one that waits, one of which a task failed, or one that succeeded.
  private func prepared(for command: String, _ site: Site) throws -> String {
    let waits = ["cancel", "hold"].contains { command.contains("banyan \($0)") }
    if waits {
      return try site.output("submit", "--not-before", "2099-01-01T00:00:00Z", "--array", "1-9", "--", "true")
    }
    let program = command.contains("banyan retry") ? ["./fit", "7"] : ["echo", "{index}"]
    let job = try site.run(
      Site.binary("banyan").path, ["submit", "--array", "1-9", "--"] + program
    ).output.trimmingCharacters(in: .whitespacesAndNewlines)
    _ = try site.banyan("wait", job)
    return job
  }
}
