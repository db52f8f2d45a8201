import BanyanCore

/// The tasks of one stress: which they are follows from the seed alone.
struct StressPlan: Sendable {
  let seed: UInt64
  let count: Int

  /// How often each kind comes.
  private static let weights: [(kind: StressTask.Kind, weight: Int)] = [
    (.silent, 10), (.status, 6), (.lines, 16), (.bytes, 4), (.closed, 8), (.halfClosed, 4), (.background, 5),
    (.session, 4), (.daemon, 2), (.hidden, 2), (.stopped, 2), (.flood, 1), (.floods, 1), (.signal, 8),
    (.removedLog, 2), (.removedFolder, 2), (.input, 2), (.retried, 4), (.file, 3), (.missing, 2), (.limited, 1),
    (.long, 4), (.trapping, 3), (.deaf, 2),
  ]
  private static let kinds = weights.flatMap { Array(repeating: $0.kind, count: $0.weight) }

  /// What ends a process that does nothing about it: every signal but those that stop, continue or are passed over, and
  /// two of those that have no name.
  static let deadly: [(number: Int, name: String)] = [
    (1, "SIGHUP"), (2, "SIGINT"), (3, "SIGQUIT"), (4, "SIGILL"), (5, "SIGTRAP"), (6, "SIGABRT"), (7, "SIGBUS"),
    (8, "SIGFPE"), (9, "SIGKILL"), (10, "SIGUSR1"), (11, "SIGSEGV"), (12, "SIGUSR2"), (13, "SIGPIPE"),
    (14, "SIGALRM"), (15, "SIGTERM"), (16, "SIGSTKFLT"), (24, "SIGXCPU"), (25, "SIGXFSZ"), (26, "SIGVTALRM"),
    (27, "SIGPROF"), (29, "SIGIO"), (30, "SIGPWR"), (31, "SIGSYS"), (34, "signal 34"), (64, "signal 64"),
  ]

  subscript(number: Int) -> StressTask {
    var random = SplitMix(state: seed &* 0x1_0000_01b3 &+ UInt64(number))
    _ = random.next()
    let kind = Self.kinds[Int.random(in: 0..<Self.kinds.count, using: &random)]
    return Self.task(number, kind, &random)
  }

  private static let done = #"echo "$N end $BANYAN_ATTEMPT" >>"$L""#

  /// A task of a kind. Which it is besides comes from the random numbers.
  static func task(_ number: Int, _ kind: StressTask.Kind, _ random: inout SplitMix) -> StressTask {
    let word = word(&random)
    let moment = "0.0\(Int.random(in: 1...9, using: &random))"
    func made(_ script: String, _ status: String = "success", _ stdout: String = "", _ stderr: String = "")
      -> StressTask
    {
      StressTask(number: number, kind: kind, script: script, ends: [(status, .init(stdout, stderr))])
    }
    switch kind {
    case .silent: return made(done)
    case .status: return status(number, word, &random)
    case .lines: return lines(number, &random)
    case .bytes: return bytes(number, &random)
    case .closed:
      return made("echo \(word); exec 1>&- 2>&-; sleep \(moment)\n\(done)", "success", "\(word)\n")
    case .halfClosed:
      return made("exec 1>&-; sleep \(moment); echo \(word) >&2\n\(done)", "success", "", "\(word)\n")
    case .background: return made("sleep $T & echo \(word)\n\(done)", "success", "\(word)\n")
    case .session: return made("setsid sleep $T & echo \(word) >&2\n\(done)", "success", "", "\(word)\n")
    case .daemon:
      return made("(setsid sh -c 'sleep $T & sleep $T' &); echo \(word)\n\(done)", "success", "\(word)\n")
    case .hidden: return made("env -i setsid sleep $T & echo \(word)\n\(done)", "success", "\(word)\n")
    case .stopped: return made("sh -c 'kill -STOP $$; sleep '$T & echo \(word)\n\(done)", "success", "\(word)\n")
    case .flood, .floods: return flood(number, kind, &random)
    case .signal:
      let signal = deadly[Int.random(in: 0..<deadly.count, using: &random)]
      let script = "ulimit -c 0; echo \(word)\n\(done)\nkill -\(signal.number) $$; sleep 1"
      return made(script, "failure (\(signal.name))", "\(word)\n")
    case .removedLog:
      return made("echo \(word); for f in $LOGS; do rm -rf \"$f/$BANYAN_TASK_ID\"; done; echo \(word)\n\(done)")
    case .removedFolder:
      return made("echo \(word); rm -rf \"$PWD\"; echo \(word) >&2\n\(done)", "success", "\(word)\n", "\(word)\n")
    case .input: return made("cat; echo \(word)\n\(done)", "success", "\(word)\n")
    case .retried:
      let script = """
        if [ -e "$F" ]; then echo \(word)
        \(done)
        else : >"$F"; echo \(word) >&2
        \(done)
        exit 3; fi
        """
      return StressTask(
        number: number, kind: kind, script: script,
        ends: [("failure (exit 3)", .init("", "\(word)\n")), ("success", .init("\(word)\n"))])
    case .file: return made("echo \(word); echo \(number) >&2\n\(done)", "success", "\(word)\n", "\(number)\n")
    case .missing:
      return StressTask(
        number: number, kind: kind, script: "", ends: [("could not start (no such program)", .init())])
    case .limited: return made("echo \(word); sleep $T", "timed out", "\(word)\n")
    case .long:
      let span = "0.\(Int.random(in: 2...9, using: &random))"
      return made("echo \(word); sleep \(span); echo \(word) >&2\n\(done)", "success", "\(word)\n", "\(word)\n")
    case .trapping:
      let script = "trap 'echo asked; exit 9' TERM; echo \(word); sleep 0.3 & wait; echo \(word)\n\(done)"
      return made(script, "success", "\(word)\n\(word)\n")
    case .deaf: return made("trap '' TERM; echo \(word); sleep 0.3\n\(done)", "success", "\(word)\n")
    }
  }

  private static func word(_ random: inout SplitMix) -> String {
    String(random.next() >> UInt64.random(in: 0...48, using: &random), radix: 36)
  }

  private static func status(_ number: Int, _ word: String, _ random: inout SplitMix) -> StressTask {
    let status = Int.random(in: 1...255, using: &random)
    let script =
      status % 8 == 0
      ? "ulimit -c 0; echo \(word)\n\(done)\nsh -c 'kill -SEGV $$' 2>/dev/null; exit $?"
      : "echo \(word)\n\(done)\nexit \(status)"
    // What a shell says of a child's end, it says on its own standard error, which is where `2>` doesn't reach.
    return StressTask(
      number: number, kind: .status, script: status % 8 == 0 ? "exec 2>/dev/null\n\(script)" : script,
      ends: [("failure (exit \(status % 8 == 0 ? 139 : status))", .init("\(word)\n"))])
  }

  private static func lines(_ number: Int, _ random: inout SplitMix) -> StressTask {
    var (script, out, err) = ("", "", "")
    for line in 0..<Int.random(in: 1...12, using: &random) {
      let text = "\(line) \(word(&random))"
      if Bool.random(using: &random) {
        script += "echo '\(text)'\n"
        out += "\(text)\n"
      } else {
        script += "echo '\(text)' >&2\n"
        err += "\(text)\n"
      }
    }
    return StressTask(number: number, kind: .lines, script: script + done, ends: [("success", .init(out, err))])
  }

  private static func bytes(_ number: Int, _ random: inout SplitMix) -> StressTask {
    // Without NUL and the percent sign, which printf(1) has its own mind about.
    let usable = (UInt8.min...UInt8.max).filter { $0 != 0 && $0 != UInt8(ascii: "%") }
    let bytes = (0..<Int.random(in: 1...200, using: &random)).map { _ in
      usable[Int.random(in: 0..<usable.count, using: &random)]
    }
    let digits = bytes.map { byte in
      let octal = String(byte, radix: 8)
      return "\\" + String(repeating: "0", count: 3 - octal.count) + octal
    }
    return StressTask(
      number: number, kind: .bytes, script: "printf '\(digits.joined())'\n\(done)",
      ends: [("success", .init(.bytes(bytes)))])
  }

  /// Numbers, so that each byte tells where it belongs.
  private static func flood(_ number: Int, _ kind: StressTask.Kind, _ random: inout SplitMix) -> StressTask {
    func range() -> ClosedRange<Int> {
      let first = Int.random(in: 0...10_000_000, using: &random)
      return first...first + Int.random(in: 10_000...60_000, using: &random)
    }
    let (one, other) = (range(), range())
    if kind == .floods {
      let script = """
        seq \(one.lowerBound) \(one.upperBound) & seq \(other.lowerBound) \(other.upperBound) >&2; wait
        \(done)
        """
      return StressTask(
        number: number, kind: kind, script: script, ends: [("success", .init(.numbers(one), .numbers(other)))])
    }
    let isStderr = Bool.random(using: &random)
    let script = "seq \(one.lowerBound) \(one.upperBound)\(isStderr ? " >&2" : "")\n\(done)"
    return StressTask(
      number: number, kind: kind, script: script,
      ends: [("success", isStderr ? .init(.bytes([]), .numbers(one)) : .init(.numbers(one)))])
  }
}
