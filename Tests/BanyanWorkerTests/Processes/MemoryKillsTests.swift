import Glibc
import TestSupport
import Testing

@testable import BanyanWorker

@Suite(.serialized)
struct MemoryKillsTests {
  private let folder = TestFolder()

  @Test(
    arguments: [
      ("3,1020,99,-;Out of memory: Killed process 123 (a b) total-vm:1kB", 123),
      ("3,1020,99,-;Memory cgroup out of memory: Killed process 7 (x) total-vm:1kB", 7),
      ("6,1,2,-;oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=/a,task_memcg=/a,task=tail,pid=99,uid=0\n SUB=x", 99),
      // A program's name is its own affair.
      ("6,1,2,-;oom-kill:constraint=CONSTRAINT_NONE,task_memcg=/a,task=x,pid=5,uid=0,pid=99,uid=0", 99),
      ("3,1,2,-;Out of memory: Killed process 8 (Killed process 9) total-vm:1kB", 8),
      // What somebody else writes into the log is not the kernel's word.
      ("12,1,2,-;Out of memory: Killed process 123 (a)", nil),
      ("3,1,2,-;oom_reaper: reaped process 123 (a)", nil),
      ("3,1,2,-;x: Out of memory: Killed process 123 (a)", nil),
      ("3,1,2,-;Out of memory: Killed process 99999999999 (a)", nil),
      ("3,1,2,-;oom-kill:", nil), ("Out of memory: Killed process 1", nil), ("", nil), (";", nil), (",;", nil),
    ] as [(String, Int32?)])
  func theKernelNamesWhomItKills(_ record: String, _ pid: Int32?) {
    #expect(KernelLog.killed(in: Array(record.utf8)) == pid)
  }

  @Test func whereItsNumbersAreOthersNothingIsRead() {
    #expect(KernelLog(numbers: folder.write("pid", "")).descriptor == nil)
    #expect(KernelLog(path: folder("nothing")).takeKilled() == [])
  }

  @Test func theWordOnMemory() {
    func words(_ process: AttemptEnding.Process, _ cause: AttemptEnding.Cause = .none) -> String {
      var ending = AttemptEnding(process: process, cause: cause, timeTerminated: 0)
      ending.isOutOfMemory = true
      return ending.exitStatus
    }
    #expect(words(.signalled(9)) == "failure (SIGKILL, out of memory)")
    #expect(words(.exited(137)) == "failure (exit 137, out of memory)")
    #expect(words(.exited(0)) == "success")
    #expect(words(.signalled(9), .cancelled) == "cancelled")
  }

  /// What the kernel writes into a group of version 2, before and after it has killed there.
  @Test(
    arguments: [
      ("low 0\nhigh 0\nmax 12\noom 3\noom_kill 0\noom_group_kill 0\n", false),
      ("low 0\nhigh 0\nmax 12\noom 3\noom_kill 1\noom_group_kill 0\n", true),
      ("low 0\nhigh 0\nmax 0\noom 0\noom_kill 20\n", true),
      ("oom_kill -\n", false), ("oom_group_kill 1\noom 1\n", false), ("", false), (nil, false),
    ] as [(String?, Bool)])
  func theGroupsOwnCountTells(_ events: String?, _ isKilled: Bool) {
    if let events { folder.write("memory.events", events) }
    let (key, other) = (Sample.key(), Sample.key())
    var kills = MemoryKills()
    #expect(kills.contains(key, group: folder.path) == isKilled)
    #expect(!kills.contains(key, group: nil), "without a group nobody counts")
    // What the log says needs no group, and goes with the attempt.
    kills.killed(7) { $0 == 7 ? other : nil }
    #expect(kills.contains(other, group: nil) && kills.contains(key, group: folder.path) == isKilled)
    kills.ended(other)
    #expect(!kills.contains(other, group: nil))
  }

  /// The count rises while the attempt runs: it is read when its process has ended, not when the group is made.
  @Test func theCountIsReadAsItIsNow() {
    let (key, kills) = (Sample.key(), MemoryKills())
    folder.write("memory.events", "oom_kill 0\n")
    #expect(!kills.contains(key, group: folder.path))
    folder.write("memory.events", "oom_kill 1\n")
    #expect(kills.contains(key, group: folder.path))
  }

  @Test(.timeLimit(.minutes(1)), .enabled(if: SmallGroup.isPossible))
  func theWordIsSaidOfWhomItWasAndOfNobodyElse() async throws {
    let keeper = try await TestKeeper()
    let group = try #require(SmallGroup())
    let direct = "echo $$ > \(group.processes) && exec tail /dev/zero"
    // Somebody else's process, then an attempt's main process, then a child of one's shell.
    let stranger = ToolRun(program: "/bin/sh", arguments: ["sh", "-c", direct], environment: [:])
    _ = await offPool { stranger.output() }
    let plain = try await keeper.run(Sample.shell("kill -KILL $$", in: keeper.folder.path))
    #expect(plain.exitStatus == "failure (SIGKILL)")
    let own = try await keeper.run(Sample.shell(direct, in: keeper.folder.path))
    #expect(own.exitStatus == "failure (SIGKILL, out of memory)")
    let child = try await keeper.run(Sample.shell("sh -c '\(direct)'; exit $?", in: keeper.folder.path))
    #expect(child.exitStatus == "failure (exit 137, out of memory)")
  }
}

/// A control group with little memory, where this user may make one and read of it.
private final class SmallGroup {
  private static let parent = "/sys/fs/cgroup/memory"
  private let folder: String

  static var isPossible: Bool { KernelLog().descriptor != nil && SmallGroup() != nil }

  var processes: String { "\(folder)/cgroup.procs" }

  init?() {
    folder = "\(Self.parent)/banyan-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    guard mkdir(folder, 0o755) == 0 else { return nil }
    let file = open("\(folder)/memory.limit_in_bytes", O_WRONLY)
    defer { close(file) }
    guard file >= 0, write(file, "16777216", 8) == 8 else {
      rmdir(folder)
      return nil
    }
  }

  deinit { rmdir(folder) }
}
