import BanyanCore
import Glibc
import TestSupport
import Testing

@testable import BanyanWorker

/// A real keeper, real processes.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct KeeperTests {
  // MARK: Words

  @Test func statusesAndSignalsInWords() async throws {
    let keeper = try await TestKeeper()
    let expected: [(String, String)] = [
      ("exit 0", "success"), ("exit 1", "failure (exit 1)"), ("exit 126", "failure (exit 126)"),
      ("exit 127", "failure (exit 127)"), ("exit 130", "failure (exit 130)"), ("exit 137", "failure (exit 137)"),
      ("exit 255", "failure (exit 255)"), ("kill -SEGV $$", "failure (SIGSEGV)"),
      ("kill -KILL $$", "failure (SIGKILL)"),
      ("kill -TERM $$", "failure (SIGTERM)"), ("kill -PIPE $$", "failure (SIGPIPE)"),
      ("kill -ABRT $$", "failure (SIGABRT)"), ("nosuchprogram", "failure (exit 127)"),
      ("sh -c 'kill -SEGV $$'; exit $?", "failure (exit 139)"), ("kill -40 $$", "failure (signal 40)"),
    ]
    for (command, words) in expected {
      let ending = try await keeper.run(Sample.shell(command, in: keeper.folder.path))
      #expect(ending.exitStatus == words, "\(command)")
      #expect(ending.state == .terminated)
    }
  }

  @Test func whatCannotStartSaysWhy() async throws {
    let keeper = try await TestKeeper()
    let folder = keeper.folder
    folder.write("plain", "#!/bin/sh\n")
    folder.write("lost", "#!/no/such/interpreter\n", mode: 0o755)
    folder.write("foreign", "\u{7F}ELF\u{1}\u{1}\u{1}nonsense", mode: 0o755)
    mkdir(folder("folder"), 0o755)
    let expected: [([String], String)] = [
      (["nonexistent-program"], "could not start (no such program)"),
      (["/no/such/program"], "could not start (no such program)"),
      ([folder("plain")], "could not start (not executable)"),
      ([folder("lost")], "could not start (no such interpreter)"),
      ([folder("folder")], "could not start (a folder, not a program)"),
      ([folder("foreign")], "could not start (not a program for this machine, nor a script with a #! line)"),
      ([""], "could not start (no such program)"),
    ]
    for (arguments, words) in expected {
      let ending = try await keeper.run(Sample.order(arguments, in: folder.path))
      #expect(ending.exitStatus == words)
      #expect(ending.state == .terminated)
    }
    // The search goes on past what can't be run, and says what it found.
    folder.write("prog", "#!/bin/sh\n")
    let found = try await keeper.run(
      Sample.order(["prog"], in: folder.path, environment: ["PATH": "\(folder.path):/usr/bin:/bin"]))
    #expect(found.exitStatus == "could not start (not executable)")
  }

  @Test func whatIsCancelledBeforeItBeganNeverBegins() async throws {
    let keeper = try await TestKeeper()
    let orders = (0..<20).map { Sample.shell("touch \(keeper.folder("ran\($0)"))", in: keeper.folder.path) }
    // One is left alone, and shows that the others could have run.
    keeper.sendAll(
      orders.map { .start($0) } + orders.dropFirst().map { .end($0.key, graceMilliseconds: 1000, cause: .cancelled) })
    for order in orders {
      let ending = try await keeper.end(of: order.key)
      let isFirst = order.key == orders[0].key
      #expect(ending.state == (isFirst ? .terminated : .cancelled))
      #expect(ending.exitStatus == (isFirst ? "success" : "cancelled"))
    }
    for place in orders.indices { #expect((access(keeper.folder("ran\(place)"), F_OK) == 0) == (place == 0)) }
  }

  @Test func whatThisMachineLacksGoesBack() async throws {
    let keeper = try await TestKeeper()
    let missing = keeper.folder("no/such/folder")
    let ending = try await keeper.run(
      Sample.shell("true", in: keeper.folder.path) { $0.workingDirectory = missing })
    #expect(ending.process == .notStarted("no such folder: \(missing)"))
    #expect(ending.state == .available)
    let file = keeper.folder.write("file", "")
    let second = try await keeper.run(Sample.shell("true", in: keeper.folder.path) { $0.workingDirectory = file })
    #expect(second.process == .notStarted("not a folder: \(file)"))
  }

  @Test func outOfDescriptorsIsTheWorkersFault() async throws {
    // Room for the keeper's own descriptors, and for none beside them.
    let script = "ulimit -n 20; exec \"$0\" \(KeeperMain.subcommand) \"$@\""
    let keeper = try await TestKeeper(command: ["/bin/sh", "-c", script, TestKeeper.command[0]])
    let ending = try await keeper.run(Sample.shell("true", in: keeper.folder.path))
    #expect(ending.process == .notStarted("too many open files"))
  }

  @Test func noMoreRunAtOnceThanThereAreDescriptorsFor() async throws {
    let script = "ulimit -n 110; exec \"$0\" \(KeeperMain.subcommand) \"$@\""
    let keeper = try await TestKeeper(command: ["/bin/sh", "-c", script, TestKeeper.command[0]])
    let most = try #require(keeper.holding.maxTasks)
    #expect(most == 14)
    // As many as it says, each with all that it can cost, and one more.
    let go = (0..<most).map { TestPipe(keeper.folder, "go\($0)") }
    let orders = go.map { Sample.shell("echo 1; echo 2 >&2; read line < \($0.path); echo 3", in: keeper.folder.path) }
    for order in orders { try await keeper.start(order) }
    let further = Sample.shell("true", in: keeper.folder.path)
    #expect(try await keeper.run(further).process == .notStarted("too many open files"))
    // A worker that comes anew is heard, and the keeper still sees what is left behind.
    keeper.send(.attach(instance: "one"))
    for pipe in go { pipe.write("go") }
    for order in orders {
      let ending = try await keeper.end(of: order.key)
      #expect(ending.exitStatus == "success" && ending.log == LogTotals(stdoutBytes: 4, stderrBytes: 2))
      #expect(keeper.output(order) == "1\n3\n" && keeper.output(order, "stderr") == "2\n")
    }
    #expect(try await keeper.run(Sample.shell("sleep 1000 & exit 4", in: keeper.folder.path)).leftBehind == 1)
  }

  @Test func ordersMayComeFasterThanTheyAreRead() async throws {
    let keeper = try await TestKeeper()
    // Together far more than one line may hold, each of many pieces.
    let orders = (0..<24).map { number in
      Sample.order(
        ["/bin/sh", "-c", "echo \(number)"] + Array(repeating: String(repeating: "\u{1}", count: 30_000), count: 6),
        in: keeper.folder.path)
    }
    keeper.sendAll(orders.map(KeeperOrder.start))
    for (number, order) in orders.enumerated() {
      #expect(try await keeper.end(of: order.key).exitStatus == "success")
      #expect(keeper.output(order) == "\(number)\n")
    }
  }

  // MARK: What a task starts with

  @Test func argumentsArriveByteForByte() async throws {
    let keeper = try await TestKeeper()
    let arguments = ["", "$HOME", "*", "\"", "-n", "a\nb", "a  b", "'", "\\", "-- x", "日本", "😀", "\t"]
    let order = Sample.order(
      ["/bin/sh", "-c", #"printf '%s\0' "$@""#, "sh"] + arguments, in: keeper.folder.path)
    #expect(try await keeper.run(order).exitStatus == "success")
    #expect(keeper.output(order) == arguments.map { $0 + "\0" }.joined())
  }

  @Test func environmentArrivesExactlyAndIsAllThereIs() async throws {
    let keeper = try await TestKeeper()
    let own: TextMap = [
      "NEWLINES": "a\nb=c", "TRAILING": "x\n", "EQUALS": "=", "EMPTY": "", "EMOJI": "😀", "BACKSLASH": "\\",
      "BANYAN_TASK_ID": "forged",
    ]
    let order = Sample.order(
      ["env", "-0"], in: keeper.folder.path, environment: own)
    #expect(try await keeper.run(order).exitStatus == "success")
    let entries = Set(keeper.output(order).split(separator: "\0").map(String.init))
    var expected = own
    expected["BANYAN_TASK_ID"] = order.key.task.description
    expected["BANYAN_ATTEMPT"] = "1"
    expected["BANYAN_QUEUE"] = "default"
    for (name, value) in ["PATH": "/usr/bin:/bin", "HOME": "/", "USER": "u", "TMPDIR": "/tmp"] as TextMap {
      expected[name] = value
    }
    #expect(entries == Set(expected.map { "\($0.key)=\($0.value)" }))
  }

  @Test func aTaskStartsClean() async throws {
    let keeper = try await TestKeeper()
    let order = Sample.shell(
      """
      ls -1 /proc/self/fd | wc -l
      grep -E '^Sig(Blk|Ign)' /proc/self/status
      readlink /proc/$$/fd/0
      cut -d' ' -f5,6 /proc/$$/stat
      echo $$ $$
      tr '\\0' '\\n' </proc/$PPID/environ | cut -d= -f1 | tr '\\n' ' '; echo
      tr '\\0' ' ' </proc/$PPID/cmdline
      pwd
      """, in: keeper.folder.path)
    _ = try await keeper.run(order)
    let lines = keeper.output(order).split(separator: "\n").map(String.init)
    try #require(lines.count == 8)
    #expect(lines[0] == "4")  // 0, 1, 2 and the folder that ls reads
    #expect(lines[1] == "SigBlk:\t0000000000000000")
    #expect(lines[2] == "SigIgn:\t0000000000000000")
    #expect(lines[3] == "/dev/null")
    #expect(lines[4] == lines[5])  // group and session are its own
    // Its parent's environment, which it can read, holds nothing of the worker's but this.
    #expect(Set(lines[6].split(separator: " ")).isSubset(of: ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR"]))
    #expect(!lines[7].contains("secret"))
    #expect(lines[7].hasSuffix(keeper.folder("work/\(order.key)")))
  }

  @Test func filesOfItsOwn() async throws {
    let keeper = try await TestKeeper()
    let folder = keeper.folder
    folder.write("in", "some input")
    folder.write("both", "what was there before, and longer than what comes")
    let order = Sample.shell("cat; echo err >&2", in: folder.path) {
      $0.stdinPath = folder("in")
      $0.stdoutPath = folder("both")
      $0.stderrPath = folder("both")
    }
    #expect(try await keeper.run(order).exitStatus == "success")
    #expect(FileReading.text(of: folder("both")) == "some inputerr")
    let missing = try await keeper.run(
      Sample.shell("cat", in: folder.path) { $0.stdinPath = folder("nothing") })
    #expect(
      missing.exitStatus
        == "could not start (cannot read standard input from \(folder("nothing")): no such file or directory)")
  }

  @Test func aFolderOfLogsThatCannotBeWrittenFailsNoTask() async throws {
    let keeper = try await TestKeeper()
    let blocked = keeper.folder.write("file", "")
    let order = Sample.shell("echo dropped", in: keeper.folder.path) { $0.logFolder = "\(blocked)/logs" }
    keeper.send(.start(order))
    guard case .started = try await keeper.next(), case .trouble(let words) = try await keeper.next() else {
      throw TestKeeper.Surprise(what: "no trouble")
    }
    #expect(words.contains("the output is dropped"))
    #expect(try await keeper.end(of: order.key).exitStatus == "success")
  }

  @Test func whatIsPrintedIsCountedAndItsOrderKept() async throws {
    let keeper = try await TestKeeper()
    let order = Sample.shell(
      "printf 'a\\n'; sleep 0.05; printf b >&2; sleep 0.05; printf last", in: keeper.folder.path)
    let ending = try await keeper.run(order)
    #expect(ending.log == LogTotals(stdoutBytes: 6, stderrBytes: 1))
    #expect(keeper.output(order) == "a\nlast" && keeper.output(order, "stderr") == "b")
    let lines = keeper.output(order, "index").split(separator: "\n").map { $0.split(separator: " ").dropFirst() }
    #expect(lines.dropFirst().map(Array.init) == [["o", "0"], ["e", "0"], ["o", "2"]])

    let silent = Sample.shell("true", in: keeper.folder.path)
    #expect(try await keeper.run(silent).log == LogTotals(stdoutBytes: 0, stderrBytes: 0))
    #expect(FileReading.bytes(of: silent.logFolder + "/stdout") == nil)
  }

  @Test func aFloodOfOutputIsCappedAndTakesNoMemory() async throws {
    let keeper = try await TestKeeper()
    let pid = try keeper.process()
    let before = try #require(ProcessStat(pid: pid)).residentPages
    let order = Sample.shell("head -c 200000000 /dev/zero | tr '\\0' x; echo; echo the end", in: keeper.folder.path) {
      $0.logLimit = 1_000_000
    }
    keeper.send(.start(order))
    guard case .started = try await keeper.next(), case .trouble(let words) = try await keeper.next() else {
      throw TestKeeper.Surprise(what: "no trouble")
    }
    #expect(words.contains("longer than 1000000 bytes"))
    let ending = try await keeper.end(of: order.key)
    #expect(ending.exitStatus == "success")
    #expect(ending.log?.lostBytes == 200_000_009 - 1_000_000 - Int64(LogFile.keptEnd))
    let log = keeper.output(order)
    #expect(log.hasSuffix("x\nthe end\n") && log.contains("[banyan: 198934473 bytes are missing here"))
    let after = try #require(ProcessStat(pid: pid)).residentPages
    #expect((after - before) * 4096 < 8 << 20)
  }

  @Test func aFullDiskOfLogsBlocksNoTask() async throws {
    let keeper = try await TestKeeper()
    let order = Sample.shell("head -c 1000000 /dev/zero && echo kept >&2", in: keeper.folder.path)
    mkdir(keeper.folder("logs"), 0o700)
    Folders.make(order.logFolder).map { fail($0) }
    // Not a link to it, which is not followed: the device itself, if this user may make one.
    guard mknod(order.logFolder + "/stdout", S_IFCHR | 0o600, dev_t(1 << 8 | 7)) == 0 else { return }
    let ending = try await keeper.run(order)
    #expect(ending.exitStatus == "success")
    #expect(ending.log == LogTotals(stdoutBytes: 0, stderrBytes: 5, lostBytes: 1_000_000))
  }

  @Test func aChildThatHoldsThePipesHoldsUpNothing() async throws {
    let keeper = try await TestKeeper()
    let order = Sample.shell("(trap '' TERM HUP; sleep 1000) & echo done", in: keeper.folder.path)
    let ending = try await keeper.run(order)
    #expect(ending.exitStatus == "success" && ending.leftBehind >= 1)
    #expect(keeper.output(order) == "done\n")
  }

  @Test func aTaskThatClosesItsOutputKillsNoOther() async throws {
    let keeper = try await TestKeeper()
    let (closed, go) = (TestPipe(keeper.folder, "closed"), TestPipe(keeper.folder, "go"))
    let first = Sample.shell(
      "exec 1>&- 2>&-; echo done > \(closed.path); read line < \(go.path)", in: keeper.folder.path)
    try await keeper.start(first)
    _ = await closed.line()
    // Once this is answered the ends of its pipes were seen: their numbers are free.
    for name in ["two", "three"] {
      keeper.send(.attach(instance: name))
      guard case .holding = try await keeper.next() else { throw TestKeeper.Surprise(what: "no holding") }
    }
    let stay = TestPipe(keeper.folder, "stay")
    let second = Sample.shell("read line < \(stay.path); echo hi; echo ho >&2", in: keeper.folder.path)
    try await keeper.start(second)
    go.write("go")
    #expect(try await keeper.end(of: first.key).exitStatus == "success")
    stay.write("go")
    let ending = try await keeper.end(of: second.key)
    #expect(ending.exitStatus == "success" && ending.log == LogTotals(stdoutBytes: 3, stderrBytes: 3))
    #expect(keeper.output(second) == "hi\n" && keeper.output(second, "stderr") == "ho\n")
  }

  @Test func manyThatCloseTheirOutputLeaveTheOthersTheirs() async throws {
    let keeper = try await TestKeeper()
    let pid = try keeper.process()
    let before = Self.descriptors(of: pid)
    let kinds: [(command: String, words: String, stdout: String, stderr: String)] = [
      ("exec 1>&- 2>&-; sleep 0.02", "success", "", ""),
      ("echo out; echo err >&2", "success", "out\n", "err\n"),
      ("echo out; exec 1>&-; sleep 0.01; echo err >&2", "success", "out\n", "err\n"),
      ("exec 2>&-; sleep 0.01; echo late", "success", "late\n", ""),
      ("true", "success", "", ""),
      ("sleep 0.02; echo hi; kill -TERM $$", "failure (SIGTERM)", "hi\n", ""),
      ("(sleep 0.005; echo child) & exec 1>&- 2>&-; wait", "success", "child\n", ""),
    ]
    let orders = (0..<700).map { Sample.shell(kinds[$0 % kinds.count].command, in: keeper.folder.path) }
    // So many at a time: as one ends, another takes its numbers.
    for (number, order) in orders.enumerated() {
      keeper.send(.start(order))
      if number >= 20 { try await keeper.check(orders[number - 20], kinds[(number - 20) % kinds.count]) }
    }
    for number in (orders.count - 20)..<orders.count {
      try await keeper.check(orders[number], kinds[number % kinds.count])
    }
    keeper.send(.forget(orders.map(\.key)))
    _ = try await keeper.run(Sample.shell("true", in: keeper.folder.path))
    #expect(Self.descriptors(of: pid) == before)
  }

  @Test func itRunsAsUrgentlyAsItWasTold() async throws {
    let keeper = try await TestKeeper()
    let usual = Sample.shell("nice", in: keeper.folder.path)
    let yielding = Sample.shell("nice", in: keeper.folder.path) { $0.niceness = 7 }
    _ = try await keeper.run(usual)
    _ = try await keeper.run(yielding)
    let figures = [usual, yielding].map { Int(keeper.output($0).dropLast()) ?? -100 }
    #expect(figures[1] == min(19, figures[0] + 7))
  }

  @Test func theLimitOfOpenFilesIsTheUsersOwn() async throws {
    let script = "ulimit -S -n 100; exec \"$0\" \(KeeperMain.subcommand) \"$@\""
    let keeper = try await TestKeeper(command: ["/bin/sh", "-c", script, TestKeeper.command[0]])
    let order = Sample.shell("ulimit -S -n", in: keeper.folder.path)
    #expect(try await keeper.run(order).exitStatus == "success")
    #expect(keeper.output(order) == "100\n")
    // Two pipes for each: more than the soft limit has room for.
    let orders = (0..<80).map { _ in Sample.shell("sleep 0.2; echo x", in: keeper.folder.path) }
    for order in orders { keeper.send(.start(order)) }
    for order in orders { #expect(try await keeper.end(of: order.key).exitStatus == "success") }
  }

  // MARK: Ends

  @Test func whatIgnoresSIGTERMIsKilledWithItsChildren() async throws {
    let keeper = try await TestKeeper()
    let pipe = TestPipe(keeper.folder, "pids")
    let order = Sample.shell(
      "trap '' TERM; (trap '' TERM; sleep 1000) & echo $! > \(pipe.path); while :; do sleep 1; done",
      in: keeper.folder.path)
    let start = try await keeper.start(order)
    let child = await pipe.number()
    #expect(isAlive(child))
    let clock = ContinuousClock()
    let began = clock.now
    keeper.send(.end(order.key, graceMilliseconds: 500, cause: .cancelled))
    let ending = try await keeper.end(of: order.key)
    let took = clock.now - began
    #expect(ending.exitStatus == "cancelled (SIGKILL)")
    #expect(took >= .milliseconds(490) && took < .milliseconds(3_000), "\(took)")
    #expect(!isAlive(start.main) && !isAlive(child))
  }

  @Test func theGraceCanBeShortenedAndZeroKillsAtOnce() async throws {
    let keeper = try await TestKeeper()
    let pipe = TestPipe(keeper.folder, "ready")
    let order = Sample.shell(
      "trap 'echo term > \(pipe.path)' TERM; echo ready > \(pipe.path); while :; do sleep 1000 & wait; done",
      in: keeper.folder.path)
    try await keeper.start(order)
    #expect(await pipe.line() == "ready")
    keeper.send(.end(order.key, graceMilliseconds: 1 << 53, cause: .cancelled))
    #expect(await pipe.line() == "term")
    keeper.send(.end(order.key, graceMilliseconds: 0, cause: .cancelled))
    #expect(try await keeper.end(of: order.key).exitStatus == "cancelled (SIGKILL)")
  }

  @Test func whoeverGoesInTheGraceIsNotKilled() async throws {
    let keeper = try await TestKeeper()
    let pipe = TestPipe(keeper.folder, "ready")
    // The shell dies of SIGTERM at once; its child tidies up within the grace.
    let order = Sample.shell(
      """
      (trap 'sleep 0.3; echo tidy > \(keeper.folder("tidy")); exit' TERM; echo go > \(pipe.path)
      while :; do sleep 0.05; done)
      true
      """, in: keeper.folder.path)
    try await keeper.start(order)
    #expect(await pipe.line() == "go")
    keeper.send(.end(order.key, graceMilliseconds: 20_000, cause: .cancelled))
    #expect(try await keeper.end(of: order.key).exitStatus == "cancelled")
    #expect(FileReading.text(of: keeper.folder("tidy")) == "tidy")
  }

  @Test func aStoppedProcessEndsToo() async throws {
    let keeper = try await TestKeeper()
    let order = Sample.shell("kill -STOP $$; sleep 1000", in: keeper.folder.path)
    let start = try await keeper.start(order)
    _ = start
    keeper.send(.end(order.key, graceMilliseconds: 60_000, cause: .cancelled))
    #expect(try await keeper.end(of: order.key).exitStatus == "cancelled")
  }

  @Test(arguments: [
    "setsid sleep 1000 & echo $! > P", "(setsid sh -c 'sleep 1000 & echo $! > P; wait' &) ",
    "env -i setsid sleep 1000 & echo $! > P", "nohup sleep 1000 >/dev/null 2>&1 & echo $! > P",
    "(trap '' TERM HUP; sh -c 'trap \"\" TERM; echo $$ > P; kill -STOP $$; sleep 1000') &",
  ])
  func nothingOfTheTreeSurvivesTheCommand(_ command: String) async throws {
    let keeper = try await TestKeeper()
    let pipe = TestPipe(keeper.folder, "pid")
    let go = TestPipe(keeper.folder, "go")
    let order = Sample.shell(
      command.replacing("P", with: pipe.path) + "\nread line < \(go.path)", in: keeper.folder.path)
    try await keeper.start(order)
    let escaped = await pipe.number()
    #expect(escaped > 0 && isAlive(escaped))
    let writer = open(go.path, O_WRONLY)
    write(writer, "go\n", 3)
    close(writer)
    let ending = try await keeper.end(of: order.key)
    #expect(ending.exitStatus == "success")
    #expect(ending.leftBehind >= 1)
    #expect(await untilGone(escaped))
  }

  @Test func whatHasLeftTheGroupEndsWithACancellation() async throws {
    let keeper = try await TestKeeper()
    let pipe = TestPipe(keeper.folder, "pid")
    let order = Sample.shell("setsid sleep 1000 & echo $! > \(pipe.path); sleep 1000", in: keeper.folder.path)
    try await keeper.start(order)
    let escaped = await pipe.number()
    // A grace of a minute, of which nothing is needed: SIGTERM reaches it too, once its parent is gone.
    keeper.send(.end(order.key, graceMilliseconds: 60_000, cause: .cancelled))
    #expect(try await keeper.end(of: order.key).exitStatus == "cancelled")
    #expect(await untilGone(escaped))
  }

  /// As a shell forks, its group gets SIGTERM: the child that comes of it has not had it, and would sit out the grace.
  @Test(arguments: [
    "trap 'sleep 1000 & exit 0' TERM; echo go > P; while :; do sleep 0.05; done",
    "sh -c \"trap 'sleep 1000 & exit 0' TERM; echo go > P; while :; do sleep 0.05; done\"; true",
    // It becomes a program that heeds SIGTERM only when the others are gone.
    "trap 'sh -c \"trap : TERM; sleep 0.2; trap - TERM; sleep 1000; :\" & sleep 0.1; exit 0' TERM; echo go > P; "
      + "while :; do sleep 0.05; done",
  ])
  func whatIsStartedAsTheGroupIsAskedToEndIsAskedToo(_ script: String) async throws {
    let keeper = try await TestKeeper()
    let pipe = TestPipe(keeper.folder, "ready")
    let order = Sample.shell(script.replacing("P", with: pipe.path), in: keeper.folder.path)
    try await keeper.start(order)
    #expect(await pipe.line() == "go")
    keeper.send(.end(order.key, graceMilliseconds: 60_000, cause: .cancelled))
    let clock = ContinuousClock()
    let began = clock.now
    #expect(try await keeper.end(of: order.key).exitStatus == "cancelled")
    #expect(clock.now - began < .seconds(20))
  }

  @Test func aForkLoopEnds() async throws {
    let keeper = try await TestKeeper()
    let pipe = TestPipe(keeper.folder, "ready")
    let order = Sample.shell(
      // Each starts its successor and goes; a tree that doubles would be a danger to the machine that tests it.
      "trap '' TERM; echo go > \(pipe.path); f() { (sleep 0.01; f) & }; f; f; sleep 1000", in: keeper.folder.path)
    let start = try await keeper.start(order)
    #expect(await pipe.line() == "go")
    keeper.send(.end(order.key, graceMilliseconds: 100, cause: .cancelled))
    #expect(try await keeper.end(of: order.key).exitStatus == "cancelled (SIGKILL)")
    let left = ProcessTable.read().processes.values.filter { $0.session == start.main && !$0.isZombie }
    #expect(left.isEmpty)
  }

  @Test func aLimitOfTimeEndsIt() async throws {
    let keeper = try await TestKeeper()
    let ending = try await keeper.run(
      Sample.shell("sleep 1000", in: keeper.folder.path) { $0.maxRuntimeMilliseconds = 100 })
    #expect(ending.exitStatus == "timed out")
    #expect(ending.state == .terminated)
  }

  @Test func hundredsAtOnceLeaveNothing() async throws {
    let keeper = try await TestKeeper()
    let pid = try keeper.process()
    let before = Self.descriptors(of: pid)
    var orders: [StartOrder] = []
    for number in 0..<300 {
      orders.append(Sample.shell("(sleep 0.01 &) ; exit \(number % 3)", in: keeper.folder.path))
    }
    for order in orders { keeper.send(.start(order)) }
    for (number, order) in orders.enumerated() {
      let ending = try await keeper.end(of: order.key)
      #expect(ending.process == .exited(Int32(number % 3)))
    }
    keeper.send(.forget(orders.map(\.key)))
    let last = Sample.shell("true", in: keeper.folder.path)
    _ = try await keeper.run(last)
    #expect(Self.descriptors(of: pid) == before)
    #expect(FileReading.text(of: "/proc/\(pid)/task/\(pid)/children") == "")
  }

  private static func descriptors(of pid: Int32) -> Int {
    guard let folder = opendir("/proc/\(pid)/fd") else { return -1 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    return count
  }

  // MARK: Workers that come and go

  @Test func aNewWorkerTakesOver() async throws {
    let folder = TestFolder()
    let first = try await TestKeeper(folder: folder, instance: "first")
    let go = TestPipe(folder, "go")
    let running = Sample.shell("read line < \(go.path); exit 5", in: folder.path)
    let short = Sample.shell("exit 4", in: folder.path)
    let start = try await first.start(running)
    _ = try await first.run(short)
    await first.disconnect()

    let second = try await TestKeeper(folder: folder, instance: "second")
    #expect(second.holding.instance == "first")
    #expect(Set(second.holding.attempts.map(\.order.key)) == [running.key, short.key])
    for held in second.holding.attempts {
      #expect(held.order.token == (held.order.key == running.key ? running.token : short.token))
      #expect(held.order.environment.isEmpty)
      #expect(held.ending?.exitStatus == (held.order.key == running.key ? nil : "failure (exit 4)"))
      #expect(held.order.key != running.key || held.start == start)
    }
    let writer = open(go.path, O_WRONLY)
    write(writer, "go\n", 3)
    close(writer)
    #expect(try await second.end(of: running.key).exitStatus == "failure (exit 5)")
    second.send(.forget([running.key, short.key]))
    await second.disconnect()

    let third = try await TestKeeper(folder: folder, instance: "third")
    #expect(third.holding.instance == "third" && third.holding.attempts.isEmpty)
  }

  @Test func aKeeperWithoutWorkOrWorkerEndsAndItsResultsStay() async throws {
    let folder = TestFolder()
    let keeper = try await TestKeeper(folder: folder)
    let pid = try keeper.process()
    let order = Sample.shell("exit 9", in: folder.path)
    _ = try await keeper.run(order)
    await keeper.disconnect()
    #expect(await untilGone(pid))
    let next = try await TestKeeper(folder: folder, instance: "two")
    #expect(next.holding.instance == "one")
    #expect(next.holding.attempts.map { $0.ending?.exitStatus } == ["failure (exit 9)"])
  }

  @Test func nobodyBackAtThreeQuartersOfALease() async throws {
    let folder = TestFolder()
    let keeper = try await TestKeeper(folder: folder)
    let pid = try keeper.process()
    let pipe = TestPipe(folder, "pids")
    let stubborn = Sample.shell(
      "trap '' TERM; echo $$ > \(pipe.path); while :; do sleep 0.05; done", in: folder.path)
    let polite = Sample.shell("echo $$ > \(pipe.path); exec sleep 1000", in: folder.path)
    let clock = ContinuousClock()
    keeper.send(.heard(sentAt: bootNow(), leaseMilliseconds: 4_000))
    let began = clock.now
    let first = try await keeper.start(stubborn)
    _ = await pipe.number()
    let second = try await keeper.start(polite)
    _ = await pipe.number()
    await keeper.disconnect()
    #expect(await untilGone(second.main))
    let politeTook = clock.now - began
    #expect(politeTook >= .milliseconds(1_990) && politeTook < .milliseconds(3_000), "\(politeTook)")
    #expect(await untilGone(first.main))
    let stubbornTook = clock.now - began
    #expect(stubbornTook >= .milliseconds(2_990) && stubbornTook < .milliseconds(4_000), "\(stubbornTook)")
    #expect(await untilGone(pid))

    let next = try await TestKeeper(folder: folder)
    #expect(next.holding.attempts.count == 2)
    for held in next.holding.attempts {
      #expect(held.ending?.exitStatus == "abandoned (worker unreachable)")
      #expect(held.ending?.state == .available)
    }
  }

  @Test func whatMayContinueContinues() async throws {
    let folder = TestFolder()
    let keeper = try await TestKeeper(folder: folder)
    let go = TestPipe(folder, "go")
    keeper.send(.heard(sentAt: bootNow(), leaseMilliseconds: 1_000))
    let order = Sample.shell("read line < \(go.path); exit 3", in: folder.path) { $0.onLostContact = .continue }
    let stopped = Sample.shell("sleep 1000", in: folder.path)
    try await keeper.start(order)
    try await keeper.start(stopped)
    #expect(try await keeper.end(of: stopped.key).cause == .lost)
    let late = try await keeper.run(Sample.shell("true", in: folder.path))
    #expect(late.process == .notStarted("the lease is running out"))
    let writer = open(go.path, O_WRONLY)
    write(writer, "go\n", 3)
    close(writer)
    #expect(try await keeper.end(of: order.key).exitStatus == "failure (exit 3)")
  }

  @Test func aKilledKeepersTasksGoWithItOrAreFoundByTheNext() async throws {
    let folder = TestFolder()
    let keeper = try await TestKeeper(folder: folder)
    let pid = try keeper.process()
    let pipe = TestPipe(folder, "pids")
    let order = Sample.shell(
      "(trap '' TERM; setsid sleep 1000) & setsid sleep 1000 & echo $! > \(pipe.path); sleep 1000", in: folder.path)
    let start = try await keeper.start(order)
    let escaped = await pipe.number()
    kill(pid, SIGKILL)
    await keeper.untilGone()
    #expect(await untilGone(start.main))  // by the parent-death signal
    #expect(isAlive(escaped))
    let next = try await TestKeeper(folder: folder, instance: "two")
    #expect(!isAlive(escaped))
    #expect(next.holding.instance == "one")
    #expect(next.holding.attempts.map { $0.ending?.exitStatus } == ["abandoned (worker restarted)"])
  }

  @Test func aStartIsWrittenDownBeforeItIsMade() async throws {
    let keeper = try await TestKeeper()
    // The task itself looks: it is there as soon as it runs, whatever becomes of the keeper in this moment.
    let journal = keeper.folder(KeeperMain.journalName)
    let order = Sample.shell("grep starting \(journal) | grep -q $BANYAN_TASK_ID", in: keeper.folder.path)
    #expect(try await keeper.run(order).exitStatus == "success")
  }

  @Test func whatHadBegunIsKnownToTheNextKeeper() async throws {
    for round in 0..<6 {
      let folder = TestFolder()
      let keeper = try await TestKeeper(folder: folder)
      let pid = try keeper.process()
      let ledger = folder("ledger")
      let orders = (0..<120).map { number in
        Sample.shell("echo $BANYAN_TASK_ID >> \(ledger); exit \(number % 2)", in: folder.path)
      }
      keeper.sendAll(orders.map(KeeperOrder.start))
      // In the middle of it, at another place each time.
      for _ in 0...(7 * round) { _ = try await keeper.next() }
      kill(pid, SIGKILL)
      await keeper.untilGone()
      let next = try await TestKeeper(folder: folder, instance: "two")
      #expect(next.holding.isComplete && next.holding.instance == "one")
      let held = Dictionary(uniqueKeysWithValues: next.holding.attempts.map { ($0.order.key.task.description, $0) })
      let began = (FileReading.text(of: ledger) ?? "").split(separator: "\n").map(String.init)
      #expect(Set(began).count == began.count)
      for task in began {
        let attempt = try #require(held[task], "it ran, and nobody knows")
        #expect(attempt.start != nil && attempt.ending != nil)
      }
      for attempt in next.holding.attempts { #expect(attempt.start != nil) }
    }
  }

  @Test func aKeeperThatIsToldToGoLosesItsTasks() async throws {
    let keeper = try await TestKeeper()
    let pipe = TestPipe(keeper.folder, "ready")
    let order = Sample.shell("echo go > \(pipe.path); exec sleep 1000", in: keeper.folder.path)
    try await keeper.start(order)
    _ = await pipe.line()
    kill(try keeper.process(), SIGTERM)
    let ending = try await keeper.end(of: order.key)
    #expect(ending.exitStatus == "abandoned (worker unreachable)")
    #expect(ending.state == .available)
  }

  @Test func nonsenseIsAnsweredInWords() async throws {
    let keeper = try await TestKeeper()
    keeper.send(.end(Sample.key(), graceMilliseconds: 0, cause: .cancelled), .forget([Sample.key()]))
    let order = Sample.shell("true", in: keeper.folder.path)
    keeper.send(.start(order), .start(order))
    _ = try await keeper.end(of: order.key)
    // The repeat was taken for one: nothing more comes of it.
    let other = Sample.shell("exit 1", in: keeper.folder.path)
    #expect(try await keeper.run(other).exitStatus == "failure (exit 1)")
  }

  private func bootNow() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_BOOTTIME, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
  }
}

extension TestKeeper {
  /// Waits for an attempt's end, and looks at how it ended and what it wrote.
  fileprivate func check(
    _ order: StartOrder, _ kind: (command: String, words: String, stdout: String, stderr: String)
  ) async throws {
    let ending = try await end(of: order.key)
    #expect(ending.exitStatus == kind.words, "\(kind.command)")
    #expect(output(order) == kind.stdout && output(order, "stderr") == kind.stderr, "\(kind.command)")
  }
}
