import Foundation
import Testing

/// Troubles that people had with other queues, tried on the real binary: what a worker is given to run, how that ends,
/// and who the worker is.
@Suite(.serialized) struct WorkerCasesTests {
  // MARK: What is run

  @Test func argumentsArriveByteForByteWhicheverWayTheyCome() throws {
    let site = try Site()
    let server = try site.server()
    _ = try site.worker("one")
    let arguments = ["", "$HOME", "*", "\"", "-n", "two\nlines", "a  b", "it's", "\\", "é🌳"]
    let printed = arguments.map { $0 + "\0" }.joined()
    let all = ["printf", "%s\\0"] + arguments
    let json = String(decoding: try JSONSerialization.data(withJSONObject: all), as: UTF8.self)

    let rest = try site.post(
      "{\"name\": \"rest\", \"arguments\": \(json), \"state\": \"available\", \"requested_resources\": {}}", server)
    #expect(rest.contains("\"_id\""), "\(rest)")
    // JSON is YAML.
    try "tasks: {yaml: {arguments: \(json)}}\n".write(toFile: site.path("g.yaml"), atomically: true, encoding: .utf8)
    try site.output("submit", "-o", "ids", site.path("g.yaml"))
    // Quotes inside of quotes are the inner shell's.
    try site.output(
      "submit", "-o", "ids", "--name", "inner", "--", "bash", "-c", "sleep 0.01 && printf '%s\\0' 'a  b' \"$0\"", "*")
    try site.output("submit", "-o", "ids", "--name", "shell", "--shell", "printf '%s\\0' 'a  b' \"x$((1+1))\"")
    #expect(try site.banyan("wait", "rest", "yaml", "inner", "shell").status == 0)
    #expect(try site.banyan("logs", "rest").output == printed)
    #expect(try site.banyan("logs", "yaml").output == printed)
    #expect(try site.banyan("logs", "inner").output == "a  b\0*\0")
    #expect(try site.banyan("logs", "shell").output == "a  b\0x2\0")
  }

  @Test func whatCannotStartIsToldApartFromWhatEnds() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one")
    try "#!/no/such/interpreter\n".write(toFile: site.path("script"), atomically: true, encoding: .utf8)
    try "true\n".write(toFile: site.path("plain"), atomically: true, encoding: .utf8)
    chmod(site.path("script"), 0o755)
    chmod(site.path("plain"), 0o644)
    let cases: [([String], String)] = [
      (["no-such-program-at-all"], "could not start (no such program)"),
      ([site.path("plain")], "could not start (not executable)"),
      ([site.path("script")], "could not start (no such interpreter)"),
      ([site.folder.path], "could not start (a folder, not a program)"),
      (["sh", "-c", "no-such-program-at-all"], "failure (exit 127)"),
      (["sh", "-c", "exit 126"], "failure (exit 126)"),
      (["sh", "-c", "exit 255"], "failure (exit 255)"),
      (["sh", "-c", "kill -SEGV $$"], "failure (SIGSEGV)"),
      (["sh", "-c", "sh -c 'kill -SEGV $$'; exit $?"], "failure (exit 139)"),
    ]
    var ids: [String] = []
    for (arguments, _) in cases {
      ids.append(
        try site.run(Site.binary("banyan").path, ["submit", "-o", "ids", "--"] + arguments).output
          .trimmingCharacters(in: .whitespacesAndNewlines))
    }
    for (id, (arguments, status)) in zip(ids, cases) {
      #expect(try site.banyan("wait", id).status == 1)
      let shown = try site.output("show", id)
      #expect(shown.contains(status), "\(arguments): \(shown)")
    }
    // Of a shell's 139 it is said what it means; it is not turned into a signal.
    #expect(try site.output("show", try #require(ids.last)).contains("SIGSEGV ended its child"))
  }

  @Test func aTokenIsSeenByNoTask() throws {
    let site = try Site()
    let server = try site.server()
    let token = try String(contentsOfFile: site.path("home/worker.token"), encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    var environment = site.environment
    environment["BANYAN_TOKEN"] = token
    environment["BANYAN_SERVER"] = server.url
    environment["BANYAN_HOME"] = site.path("empty")
    let worker = try site.start(
      Site.binary("banyan").path, ["worker", "--name", "one", "--state", site.path("one")], environment: environment)
    // Of its parent and of whatever else of this user it may look into; it does not say the token itself.
    let look = """
      half='\(token.prefix(20))'
      for pid in $PPID \(worker.id); do
        tr '\\0' '\\n' </proc/$pid/environ | grep -c "$half"; tr '\\0' ' ' </proc/$pid/cmdline | grep -c "$half"
      done
      env | grep -c "$half"; ls /proc/self/fd | wc -l; grep -rlF "$half" '\(site.path("one"))' | grep -v /work/ | wc -l
      """
    try look.write(toFile: site.path("look"), atomically: true, encoding: .utf8)
    let id = try site.output("submit", "-o", "ids", "--env", "PATH=/usr/bin:/bin", "--", "sh", site.path("look"))
    _ = try site.banyan("wait", id)
    #expect(try site.output("logs", id).split(separator: "\n") == ["0", "0", "0", "0", "0", "4", "0"])
    #expect(!worker.errors.contains(token) && !server.program.errors.contains(token))
  }

  // MARK: Logs

  @Test func bytesShowWithinASecondAndAVanishedLogFailsNothing() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one", "--logs", site.path("logs"))
    let go = site.path("go")
    let id = try site.output(
      "submit", "-o", "ids", "--", "sh", "-c",
      "printf .; until [ -e '\(go)' ]; do sleep 0.05; done; sleep 1.1; echo after; exit 7")
    let following = try site.start(Site.binary("banyan").path, ["logs", "-f", id])
    try site.until("it runs") { try site.field("state", of: id) == "running" }
    // No newline, and no end in sight.
    try site.until("the dot is there", within: 1.5) { following.output == "." }
    try FileManager.default.removeItem(atPath: site.path("logs/\(id)"))
    try "".write(toFile: go, atomically: true, encoding: .utf8)
    #expect(following.waits(for: 20))
    #expect(following.status == 1 && following.errors.contains("exit 7"))
    #expect(try site.output("logs", id).contains("1 bytes are missing here: the log was removed]\nafter"))
  }

  @Test func aFollowerOfWhatEndsThisInstantEndsToo() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one")
    for number in 0..<25 {
      let id = try site.output("submit", "-o", "ids", "--", "echo", "line \(number)")
      let followed = try site.banyan("logs", "-f", id, limit: 20)
      #expect(followed.status == 0 && followed.output == "line \(number)\n", "\(followed)")
    }
  }

  // MARK: Ends

  @Test func cancelledAtAnyMomentItNeverRunsOn() throws {
    let site = try Site()
    _ = try site.server()
    let worker = try site.worker("one", "--cores", "4")
    let runs = site.path("runs")
    var ids: [String] = []
    for number in 0..<60 {
      let id = try site.output(
        "submit", "-o", "ids", "--cores", "0", "--", "sh", "-c", "echo $$ >> '\(runs)'; exec sleep 600")
      // Now and then the worker stands still between the claim and the start.
      if number % 10 == 5 { worker.kill(SIGSTOP) }
      usleep(UInt32(number * 613 % 20_000))
      try site.output("cancel", "--yes", "--now", id)
      if number % 10 == 5 { worker.kill(SIGCONT) }
      ids.append(id)
    }
    _ = try site.run(Site.binary("banyan").path, ["wait"] + ids)
    for task in try site.list() {
      #expect(task["state"] as? String == "cancelled", "\(task)")
    }
    let pids = ((try? String(contentsOfFile: runs, encoding: .utf8)) ?? "").split(separator: "\n")
      .compactMap { Int32($0) }
    try site.until("none of them runs on", within: 5) { pids.allSatisfy { Foundation.kill($0, 0) != 0 } }
    let reserved = try site.output("workers", "-o", "json")
    #expect(!reserved.contains(ids[0]))
    #expect(try site.output("submit", "-o", "ids", "--wait", "--", "true").count >= 24)
  }

  @Test func aGraceOutlivesBothRestartsAndCanBeHurried() throws {
    let site = try Site()
    let server = try site.server()
    let first = try site.worker("one", "--state", site.path("one"))
    let pid = site.path("pid")
    let id = try site.output(
      "submit", "-o", "ids", "--grace", "10m", "--", "sh", "-c",
      "trap 'echo asked' TERM; echo $$ >'\(pid)'; while :; do sleep 0.1; done")
    try site.until("it runs") { FileManager.default.fileExists(atPath: pid) }
    try site.output("cancel", "--yes", id)
    try site.until("it was asked to end") { try site.output("logs", "--stdout", id) == "asked" }
    first.kill(SIGKILL)
    server.program.kill(SIGKILL)
    #expect(first.waits(for: 10) && server.program.waits(for: 10))
    _ = try site.server(port: server.port)
    _ = try site.worker("one", "--state", site.path("one"))
    try site.until("it is still on its way") { try site.field("state", of: id) == "pending_cancellation" }
    try site.until("the worker is back") { try site.isConnected("one") }
    try site.output("cancel", "--yes", "--now", id)
    try site.until("it is killed", within: 5) { try site.field("state", of: id) == "cancelled" }
    #expect(try site.output("show", id).contains("cancelled (SIGKILL)"))
    #expect(try site.output("logs", "--stdout", id) == "asked", "SIGTERM was not sent a second time")
  }

  // MARK: Who a worker is

  @Test func twoWorkersOfOneNameAndACopiedFolder() throws {
    let site = try Site()
    _ = try site.server()
    let honest = try site.worker("one", "--state", site.path("one"))
    let id = try site.output("submit", "-o", "ids", "--", "sh", "-c", "echo begun; sleep 4; echo went on")
    try site.until("it runs") { try site.output("logs", id) == "begun" }
    // The same name elsewhere, then the same folder, and a copy of it with all that it says of what runs.
    let namesake = try site.worker("one", "--state", site.path("two"))
    try site.until("it is told") { namesake.errors.contains("connected already") }
    let same = try site.worker("one", "--state", site.path("one"))
    #expect(same.waits(for: 10) && same.errors.contains("another worker uses it"))
    _ = try site.run("/bin/cp", ["-a", site.path("one"), site.path("three")])
    let copy = try site.worker("one", "--state", site.path("three"))
    try site.until("the copy is told") { copy.errors.contains("connected already") }
    // A start anew after kill -9 is in at once, and what runs goes on.
    honest.kill(SIGKILL)
    #expect(honest.waits(for: 10))
    namesake.kill(SIGKILL)
    copy.kill(SIGKILL)
    #expect(namesake.waits(for: 10) && copy.waits(for: 10))
    _ = try site.worker("one", "--state", site.path("one"))
    #expect(try site.banyan("wait", id).status == 0)
    #expect(try site.output("logs", id) == "begun\nwent on")
    #expect(try site.field("attempt_count", of: id) == "1")
  }

  // MARK: GPUs

  @Test func aTaskGetsTheDeviceThatWasMeantAndOthersSeeNone() throws {
    let site = try Site()
    _ = try site.server()
    let tool = """
      #!/bin/sh
      case "$*" in
      *query-compute-apps*) echo "GPU-c, 1, 900" ;;
      *) echo "0, GPU-a, slow, 1000, 5.0"; echo "1, GPU-b, fast, 2000, 9.0"; echo "2, GPU-c, fast, 1000, 9.0" ;;
      esac
      """
    try FileManager.default.createDirectory(atPath: site.path("bin"), withIntermediateDirectories: true)
    try tool.write(toFile: site.path("bin/nvidia-smi"), atomically: true, encoding: .utf8)
    chmod(site.path("bin/nvidia-smi"), 0o755)
    var environment = site.environment
    environment["PATH"] = site.path("bin") + ":/usr/bin:/bin"
    environment["CUDA_VISIBLE_DEVICES"] = "GPU-b,2"
    _ = try site.start(Site.binary("banyan").path, ["worker", "--name", "one"], environment: environment)
    let script = "echo $CUDA_DEVICE_ORDER ${CUDA_VISIBLE_DEVICES-unset}"
    // Device 0 is not allowed, and somebody else holds most of device 2.
    try site.output("submit", "-o", "ids", "--name", "with", "--gpus", "1", "--", "sh", "-c", script)
    try site.output("submit", "-o", "ids", "--name", "without", "--", "sh", "-c", script)
    #expect(try site.banyan("wait", "with", "without").status == 0)
    #expect(try site.output("logs", "with") == "PCI_BUS_ID 1")
    #expect(try site.output("logs", "without").trimmingCharacters(in: .whitespaces).isEmpty)
    let shown = try site.output("workers")
    #expect(shown.contains("of 2"), "\(shown)")
  }

  // MARK: Pause

  @Test func pausedForAWhileAndSetAsideForWhatFails() throws {
    let site = try Site()
    _ = try site.server()
    _ = try site.worker("one")
    try site.output("submit", "-o", "ids", "--wait", "--", "true")
    try site.output("workers", "pause", "one", "--note", "new disk", "--for", "1s")
    #expect(try site.output("workers").contains("new disk"))
    let id = try site.output("submit", "-o", "ids", "--", "true")
    #expect(try site.field("state", of: id) == "available")
    // By itself, when the time is over.
    #expect(try site.banyan("wait", id, limit: 20).status == 0)
    try site.output("workers", "pause", "one")
    let later = try site.output("submit", "-o", "ids", "--", "true")
    try site.output("workers", "resume", "one")
    #expect(try site.banyan("wait", later, limit: 20).status == 0)
  }
}
