import Foundation
import Testing

/// `banyan run`: a server and a worker for as long as some work lasts.
@Suite(.serialized) struct RunTests {
  private func start(_ site: Site, _ arguments: String...) throws -> Program {
    try site.start(Site.binary("banyan").path, ["run"] + arguments)
  }

  private func lines(_ path: String) -> [String] {
    ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
  }

  private func isAlive(_ pid: String) -> Bool { Int32(pid).map { Foundation.kill($0, 0) == 0 } ?? false }

  @Test func aProgramRunsByItselfWithItsFlagsAndItsOutput() throws {
    let site = try Site()
    let script = "echo \"<$A>\" \"$0\""
    let result = try site.banyan("run", "--env", "A=b c", "--name", "one", "--", "sh", "-c", script, "x y")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("<b c> x y") && result.output.contains("1 of 1 tasks succeeded"), "\(result.output)")
    let failed = try site.banyan("run", "--", "sh", "-c", "echo bad >&2; exit 3")
    #expect(failed.status == 1 && failed.output.contains("bad"), "\(failed.output)")
    for arguments in [["echo", "x"], ["--after", "1", "--", "true"], ["a.yaml", "--", "true"], []] {
      #expect(try site.run(Site.binary("banyan").path, ["run"] + arguments).status == 64, "\(arguments)")
    }
  }

  @Test func theSameCommandGoesOnWhereItWas() throws {
    let site = try Site()
    let runs = site.path("runs")
    // What has succeeded isn't run again; what failed is, until the folder is there.
    let graph = """
      name: steps
      tasks:
        first: {run: "echo first >> '\(runs)'"}
        second: {run: "echo second >> '\(runs)'; test -e '\(site.path("go"))'", after: first}
        third: {run: "echo third >> '\(runs)'", after: second}
      """
    try graph.write(toFile: site.path("steps.yaml"), atomically: true, encoding: .utf8)
    #expect(try site.banyan("run", "--data", "kept", "steps.yaml").status == 1)
    #expect(lines(runs) == ["first", "second"])
    try "".write(toFile: site.path("go"), atomically: true, encoding: .utf8)
    let second = try site.banyan("run", "--data", "kept", "steps.yaml")
    #expect(second.status == 0 && second.output.contains("3 of 3"), "\(second.output) \(second.errors)")
    #expect(lines(runs) == ["first", "second", "second", "third"])
    let third = try site.banyan("run", "--data", "kept", "steps.yaml")
    #expect(third.status == 0 && third.errors.contains("already"), "\(third.errors)")
    #expect(lines(runs).count == 4)
    // Another text is another command.
    try (graph + "\n  fourth: {run: \"echo fourth >> '\(runs)'\"}\n")
      .write(toFile: site.path("steps.yaml"), atomically: true, encoding: .utf8)
    #expect(try site.banyan("run", "--data", "kept", "steps.yaml").status == 0)
    #expect(lines(runs).filter { $0 == "fourth" }.count == 1 && lines(runs).count == 8)
  }

  @Test func whatRanWhenItWasKilledIsTakenOver() throws {
    let site = try Site()
    let (runs, go) = (site.path("runs"), site.path("go"))
    let arguments = [
      "--data", "kept", "--", "sh", "-c",
      "echo $$ >> '\(runs)'; while ! test -e '\(go)'; do sleep 0.05; done; echo done >> '\(runs)'",
    ]
    for signal in [SIGKILL, SIGHUP] {
      let run = try site.start(Site.binary("banyan").path, ["run"] + arguments)
      try site.until("it runs, and is followed") { lines(runs).count == 1 && run.errors.contains("1 task") }
      run.kill(signal)
      #expect(run.waits(for: 30))
      if signal == SIGHUP { #expect(run.status == 130) }
      #expect(isAlive(lines(runs)[0]), "it runs on without its \(signal == SIGHUP ? "terminal" : "starter")")
    }
    try "".write(toFile: go, atomically: true, encoding: .utf8)
    let last = try site.run(Site.binary("banyan").path, ["run"] + arguments)
    #expect(last.status == 0 && last.output.contains("1 of 1"), "\(last.output) \(last.errors)")
    #expect(lines(runs).count == 2 && lines(runs)[1] == "done", "it ran once: \(lines(runs))")
  }

  @Test func ctrlCCancelsAndAgainKillsAndNothingIsLeft() throws {
    let site = try Site()
    for presses in [1, 2] {
      let pids = site.path("pids-\(presses)")
      let trap = presses == 2 ? "trap '' TERM; " : ""
      let run = try start(
        site, "--grace", "60s", "--", "sh", "-c", "\(trap)echo $$ >> '\(pids)'; while :; do sleep 0.05; done")
      try site.until("it runs") { lines(pids).count == 1 }
      run.kill(SIGINT)
      if presses == 2 {
        try site.until("it is being cancelled") { run.errors.contains("cancelling") }
        run.kill(SIGINT)
      }
      #expect(run.waits(for: 30))
      #expect(run.status == 130, "\(run.errors)")
      #expect(!isAlive(lines(pids)[0]))
    }
  }

  @Test func aClosedTerminalEndsWhatHasNoFolder() throws {
    let site = try Site()
    let pids = site.path("pids")
    let run = try start(site, "--", "sh", "-c", "echo $$ >> '\(pids)'; while :; do sleep 0.05; done")
    try site.until("it runs") { lines(pids).count == 1 }
    run.kill(SIGHUP)
    #expect(run.waits(for: 30))
    #expect(run.status == 130 && !isAlive(lines(pids)[0]))
  }

  @Test func severalGraphsRunTogetherAndTwoThatWriteTheSameAreTold() throws {
    let site = try Site()
    for name in ["a", "b"] {
      try "name: \(name)\noutput: results\ntasks: {t: {run: \"echo \(name) > \(name).txt\"}}\n"
        .write(toFile: site.path("\(name).yaml"), atomically: true, encoding: .utf8)
    }
    let both = try site.banyan("run", "a.yaml", "b.yaml")
    #expect(both.status == 0 && both.output.contains("2 of 2"), "\(both.output) \(both.errors)")
    #expect(both.errors.contains("a.yaml and b.yaml both leave their results"), "\(both.errors)")
    #expect(FileManager.default.fileExists(atPath: site.path("results/b.txt")))
    let twice = try site.banyan("run", "a.yaml", "a.yaml")
    #expect(twice.status == 64 && twice.errors.contains("twice"), "\(twice.errors)")

    // Another process at the same time.
    let (going, go) = (site.path("going"), site.path("go"))
    let wait = "touch '\(going)'; while ! test -e '\(go)'; do sleep 0.05; done"
    try "output: results\ntasks: {t: {run: \"\(wait)\"}}\n"
      .write(toFile: site.path("long.yaml"), atomically: true, encoding: .utf8)
    let long = try start(site, "long.yaml")
    try site.until("it runs") { FileManager.default.fileExists(atPath: going) }
    let other = try site.banyan("run", "b.yaml")
    #expect(other.status == 64 && other.errors.contains("another `banyan run`"), "\(other.errors)")
    try "".write(toFile: go, atomically: true, encoding: .utf8)
    #expect(long.waits(for: 30) && long.status == 0, "\(long.errors)")
    #expect(try site.banyan("run", "b.yaml").status == 0)
  }

  @Test func withAServerItRunsThereAndCancelsThere() throws {
    let site = try Site()
    let server = try site.server()
    _ = try site.worker("one")
    let result = try site.banyan("run", "--server", server.url, "--name", "there", "--", "echo", "hello")
    #expect(result.status == 0 && result.output.contains("hello"), "\(result.output) \(result.errors)")
    #expect(try site.output("logs", "there") == "hello")
    let run = try start(site, "--server", server.url, "--", "sleep", "600")
    try site.until("it runs") { try site.output("tasks", "--state", "running", "-o", "ids").isEmpty == false }
    run.kill(SIGINT)
    #expect(run.waits(for: 30) && run.status == 130, "\(run.errors)")
    try site.until("it is cancelled there") { try site.output("tasks", "--state", "running", "-o", "ids").isEmpty }
  }

  @Test func thePageIsWhereTheDashboardSays() throws {
    let site = try Site()
    #expect(try site.banyan("dashboard").status == 69)
    let server = try site.server("--base-path", "/queue")
    let result = try site.banyan("dashboard")
    #expect(result.status == 0 && result.output == server.url + "/\n", "\(result.output)")
    #expect(result.errors.contains(site.path("home/provider.token")))
    let page = try site.run("/usr/bin/env", ["curl", "-sS", String(result.output.dropLast())])
    #expect(page.output.contains("<html"), "\(page.output.prefix(200))")
  }
}
