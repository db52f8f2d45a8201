import Foundation
import Testing

/// What is typed happens, or is refused with words: submits, changes and what they say, on the real binary.
@Suite(.serialized) struct WordsTests {
  private func json(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }

  private func write(_ text: String, _ name: String, _ site: Site) throws {
    try text.write(toFile: site.path(name), atomically: true, encoding: .utf8)
  }

  /// Each check that must fail fails: nothing of a command is lost between the file and the shell.
  @Test func aGraphRunsAsItStandsThere() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one")
    try write("ERROR\n", "log.txt", site)
    try write(
      """
      params: {word: one}
      tasks:
        check: {run: "! grep -q ERROR log.txt"}
        block:
          run: |
            printf '<%s>' {word} \\
              two # three
      """, "g.yaml", site)
    let job = try site.output("submit", "--set", "word=1", site.path("g.yaml"))
    #expect(try site.banyan("wait", job).status == 1)
    #expect(try site.field("exit_status", of: "\(job).1") == "failure (exit 1)")
    #expect(try site.output("logs", "\(job)/block") == "<1><two>")
    try write("tasks:\n  check:\n    run: ! grep -q ERROR log.txt\n", "bad.yaml", site)
    let refused = try site.banyan("submit", site.path("bad.yaml"))
    #expect(refused.status == 64 && refused.errors.contains("bad.yaml:3:10: ") && refused.errors.contains("quotes"))
    #expect(refused.output == "")
  }

  @Test func flagsBesideAGraphArrive() throws {
    let site = try Site()
    _ = try site.server()
    try write("tasks:\n  a: {run: x}\n  b: {run: x, queue: mine, after: a}\n", "g.yaml", site)
    let job = try site.output(
      "submit", "--priority", "9", "--queue", "night", "--label", "a=b", "--hold", site.path("g.yaml"))
    #expect(try site.field("priority", of: "\(job).2") == "9")
    #expect(try site.field("queue", of: "\(job).1") == "night")
    #expect(try site.field("queue", of: "\(job).2") == "mine")
    #expect(try site.list("--label", "a=b").count == 2)
    let next = try site.output("submit", "--after", job, site.path("g.yaml"))
    #expect(try site.output("why", "\(next).1").contains("waits for"))
  }

  @Test func aScriptTravelsAsItWasAtTheSubmit() throws {
    let site = try Site()
    _ = try site.server()
    try write(
      "#!/bin/bash\n#BANYAN --name fit --cores 2\n#SBATCH --mem=64M --mail-type=END\necho \"$0 {index} $1\"\n", "s.sh",
      site)
    let submitted = try site.banyan("submit", "--cores", "1", site.path("s.sh"), "--", "a b")
    let job = submitted.output.trimmingCharacters(in: .newlines)
    #expect(submitted.status == 0 && submitted.errors.contains("--mail-type=END (line 3)"), "\(submitted.errors)")
    try write("#!/usr/bin/env python3\nimport sys\nprint(sys.argv[1:], '{index}')\n", "p.py", site)
    let array = try site.output("submit", "--array", "7", site.path("p.py"), "--", "{index}")
    try write("#!/bin/sh\necho changed\n", "s.sh", site)
    try write("#!/bin/sh\necho changed\n", "p.py", site)
    _ = try site.worker("one")
    #expect(try site.banyan("wait", job, array).status == 0)
    #expect(try site.output("logs", job) == "s.sh {index} a b")
    #expect(try site.output("logs", array) == "['7'] {index}")
    let shown = try #require(try json(site.output("show", "\(job).1", "-o", "json")) as? [String: Any])
    #expect(shown["name"] as? String == "fit")
    let resources = shown["requested_resources"] as? [String: Any]
    #expect((resources?["cpu_cores"] as? [String: Any])?["count"] as? Int == 1)
    #expect(resources?["cpu_memory_bytes"] as? Int == 64 << 20)
  }

  @Test func whatIsNoSuccessIsSaidAndHasItsStatus() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one", "--cores", "4")
    let job = try site.output(
      "submit", "--name", "mix", "--array", "1-3", "--", "sh", "-c", "[ {index} = 3 ] && sleep 600")
    try site.until("two ended and one runs") {
      try site.list("--state", "failed").count == 2 && site.list("--state", "running").count == 1
    }
    // What runs, and what has ended, can't be held, let go, or edited; labels can.
    let held = try site.banyan("hold", "mix")
    #expect(
      held.status == 1 && held.errors.contains("nothing waits that could be held: 1 running, 2 ended"), "\(held.errors)"
    )
    let edited = try site.banyan("edit", job, "--priority", "3")
    #expect(edited.status == 1 && edited.errors.contains("1 running, 2 ended"), "\(edited.errors)")
    #expect(try site.banyan("edit", job, "--label", "k=v").status == 0)
    #expect(try site.list("--label", "k=v").count == 3)
    #expect(try site.banyan("abandon", "\(job).1").status == 1)
    // A cancel says what it did, a second one that there is nothing to do.
    let cancelled = try site.banyan("cancel", job)
    #expect(
      cancelled.status == 0 && cancelled.errors.contains("admin's: 1 running, told to stop, 2 had ended"),
      "\(cancelled.errors)")
    try site.until("it has ended") { try site.banyan("wait", job).status == 1 }
    let again = try site.banyan("cancel", job)
    #expect(again.status == 1 && again.errors.contains("nothing was cancelled, 3 had ended"), "\(again.errors)")
    #expect(try site.banyan("cancel", "--where", #"{"name": "nothing"}"#).status == 66)
    #expect(try site.banyan("cancel", "--all").status == 1)
    #expect(try site.banyan("cancel", "--state", "running", "--name", "mix").status == 66)
    let empty = try site.banyan("submit", "--each", "-", "--", "echo", input: "")
    #expect(empty.status == 1 && empty.output == "" && empty.errors.contains("nothing was submitted"))
    // Of what succeeded nothing is tried again.
    let fine = try site.output("submit", "--wait", "--", "true")
    let retried = try site.banyan("retry", fine)
    #expect(retried.status == 1 && retried.errors.contains("nothing to try again: 1 succeeded"), "\(retried.errors)")
  }

  /// The others of a job are changed where one has ended, and that is said.
  @Test func anEditOfAJobChangesWhatWaits() throws {
    let site = try Site()
    _ = try site.server()
    let job = try site.output("submit", "--array", "1-4", "--memory", "1GiB", "--env", "A=1", "--", "echo", "{index}")
    try site.output("cancel", "\(job).2")
    let edited = try site.banyan("edit", job, "--cores", "3", "--env", "B=2")
    #expect(edited.status == 0 && edited.errors.contains("3 changed; as before: 1 ended"), "\(edited.errors)")
    let shown = try #require(try json(site.output("show", "\(job).3", "-o", "json")) as? [String: Any])
    #expect((shown["requested_resources"] as? [String: Any])?["cpu_memory_bytes"] as? Int == 1 << 30)
    #expect(
      (shown["environment"] as? [String: String])?["A"] == "1"
        && (shown["environment"] as? [String: String])?["B"] == "2")
    #expect(shown["held"] as? Bool == false)
    #expect(try site.banyan("edit", "\(job).3", "--", "echo", "other", "--cores").status == 0)
    #expect(try site.banyan("edit", "\(job).4", "--shell", "echo $((1 + 1))").status == 0)
    #expect(try site.banyan("edit", job, "--priority", "99999").status == 64)
    _ = try site.worker("one", "--cores", "4")
    _ = try site.banyan("wait", job)
    #expect(try site.output("logs", "\(job).3") == "other --cores")
    #expect(try site.output("logs", "\(job).4") == "2")
    #expect(try site.output("logs", "\(job).1") == "1")
  }

  @Test func aRetryMayAskForMore() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one", "--cores", "2")
    try write(
      "tasks:\n  a: {run: exit 1, cores: 2}\n  b: {run: \"true\", after: a, matrix: {i: 1-2}}\n", "g.yaml", site)
    let job = try site.output("submit", site.path("g.yaml"))
    #expect(try site.banyan("wait", job).status == 1)
    let before = try site.output("graph", job)
    #expect(before.contains("└─ b[2]"), "\(before)")
    #expect(try site.banyan("retry", job, "--env", "A=b").status == 64)
    #expect(try site.banyan("retry", job, "--memory", "1GiB", "--retries", "1").output == "\(job)\n")
    #expect(try site.banyan("wait", job).status == 1)
    let shown = try #require(try json(site.output("show", "\(job).1", "-o", "json")) as? [String: Any])
    let resources = shown["requested_resources"] as? [String: Any]
    #expect(resources?["cpu_memory_bytes"] as? Int == 1 << 30)
    #expect((resources?["cpu_cores"] as? [String: Any])?["count"] as? Int == 2)
    #expect(shown["attempt_count"] as? Int == 2)
    #expect(try site.output("graph", job) == before, "its edges stay")
  }

  @Test func manyAreAskedAboutAndForgottenOnesAreGone() throws {
    let site = try Site()
    _ = try site.server()
    let job = try site.output("submit", "--name", "big", "--array", "1-200", "--", "true")
    let refused = try site.banyan("cancel", job)
    #expect(refused.status == 64 && refused.errors.contains("200 tasks") && refused.errors.contains("--yes"))
    #expect(try site.banyan("forget", job).status == 1, "it has not ended")
    #expect(try site.banyan("cancel", "\(job).1-3").status == 0)
    #expect(try site.output("forget", "\(job).1-2") == "")
    #expect(try site.banyan("cancel", "--name", "big", "--yes").status == 0)
    #expect(try site.banyan("forget", job).status == 64)
    #expect(try site.banyan("forget", job, "--yes").status == 0)
    #expect(try site.banyan("show", job).status == 66)
    let other = try site.output("submit", "--label", "k=v", "--", "true")
    try site.output("cancel", other)
    #expect(try site.banyan("forget", "--label", "k=v", "--older-than", "1d").status == 66)
    #expect(try site.banyan("forget", "--label", "k=v").status == 0)
    #expect(try site.banyan("show", other).status == 66)
  }

  @Test func aDryRunTellsAndSendsNothing() throws {
    let site = try Site()
    try write("tasks:\n  a: {run: x, cores: 2}\n  b: {run: x, cores: 99, after: a}\n", "g.yaml", site)
    let alone = try site.banyan("submit", "--dry-run", site.path("g.yaml"))
    #expect(alone.status == 0 && alone.output.contains("unknown"), "\(alone)")
    _ = try site.server()
    _ = try site.worker("one", "--cores", "2")
    try site.until("the worker is there") { try site.isConnected("one") }
    let told = try site.output("submit", "--dry-run", site.path("g.yaml")).split(separator: "\n")
    #expect(told.count == 3 && told[1].contains("one") && told[1].contains("now"), "\(told)")
    #expect(told.last?.contains("cores (99 wanted, 2 there)") == true && told.last?.contains("after a") == true)
    #expect(try site.output("list", "-o", "ids") == "")
    // A graph is warned about as a program is.
    let warned = try site.banyan("submit", site.path("g.yaml"))
    #expect(warned.errors.contains("b: no worker that is known could run it"), "\(warned.errors)")
  }

  @Test func aResumedJobIsNamedAsAnyOther() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one")
    try write("name: g\ntasks:\n  a: {run: \"true\"}\n  b: {run: test -e flag, after: a}\n", "g.yaml", site)
    let first = try site.output("submit", site.path("g.yaml"))
    #expect(try site.banyan("wait", first).status == 1)
    for word in ["g", "@last", first] {
      let resumed = try site.banyan("submit", "--resume", word, site.path("g.yaml"))
      #expect(resumed.status == 0 && resumed.errors.contains("1 of 2 tasks taken over"), "\(word): \(resumed.errors)")
      _ = try site.banyan("wait", "@last")
    }
    #expect(try site.banyan("submit", "--resume", "\(first).1", site.path("g.yaml")).status == 64)
    let member = try site.banyan("show", "g.1")
    #expect(member.status == 66 && member.errors.contains(".1"), "\(member.errors)")
  }

  /// Every mistake is told in at most three lines, and with what was meant.
  @Test(arguments: [
    (["submit", "--core", "2", "--", "true"], "--cores"), (["submit", "--mem", "2GB", "--", "true"], "--memory"),
    (["submit", "--time", "10m", "g.yaml"], "--time-limit"), (["submit", "-J", "x", "--", "true"], "--name"),
    (["list", "--stat", "failed"], "--state"), (["scontrol"], "banyan show"), (["sacct"], "banyan list"),
    (["list", "--limit", "-1"], "--limit -1"), (["submit", "sleep", "10"], "banyan submit -- sleep 10"),
  ])
  func mistakesAreShort(words: [String], named: String) throws {
    let site = try Site()
    let result = try site.run(Site.binary("banyan").path, words)
    #expect(result.status == 64 && result.errors.contains(named), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count <= 3, "\(result.errors)")
    #expect(result.output == "")
  }
}
