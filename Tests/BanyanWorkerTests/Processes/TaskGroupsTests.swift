import Glibc
import TestSupport
import Testing

@testable import BanyanWorker

private let areGroupsAllowed: Bool = {
  let groups = TaskGroups()
  defer { groups.close() }
  return groups.folder != nil
}()

/// Where this user may make control groups; elsewhere the rest of the keeper's tests holds without them.
@Suite(.enabled(if: areGroupsAllowed)) struct TaskGroupsTests {
  /// Leaves its session, its parent and its environment, and says who it is.
  private static func hiding(_ pipe: TestPipe) -> String {
    "(env -i setsid sh -c 'trap \"\" TERM; (trap \"\" TERM; echo $$ > \(pipe.path); sleep 1000; :) & wait' &)"
  }

  @Test func whatHidesIsKnownByItsGroup() async throws {
    let keeper = try await TestKeeper()
    let (pipe, go) = (TestPipe(keeper.folder, "pid"), TestPipe(keeper.folder, "go"))
    // Another attempt runs on: by sessions and environments the hidden one could be of either.
    let other = Sample.shell("sleep 1000", in: keeper.folder.path)
    try await keeper.start(other)
    let order = Sample.shell(Self.hiding(pipe) + "\nread line < \(go.path)", in: keeper.folder.path)
    let start = try await keeper.start(order)
    let hidden = await pipe.number()
    let group = try #require(start.controlGroup)
    #expect(TaskGroups.processes(inGroup: group).contains(hidden))
    let writer = open(go.path, O_WRONLY)
    write(writer, "go\n", 3)
    close(writer)
    let ending = try await keeper.end(of: order.key)
    #expect(ending.exitStatus == "success" && ending.leftBehind >= 1)
    #expect(!isAlive(hidden))
    #expect(access(group, F_OK) != 0, "an attempt that is over leaves no group")
    keeper.send(.end(other.key, graceMilliseconds: 0, cause: .cancelled))
    _ = try await keeper.end(of: other.key)
  }

  @Test func aKilledKeeperLeavesNothingThatTheNextDoesNotFind() async throws {
    let folder = TestFolder()
    let keeper = try await TestKeeper(folder: folder)
    let pid = try keeper.process()
    let pipe = TestPipe(folder, "pid")
    let start = try await keeper.start(Sample.shell(Self.hiding(pipe) + "\nsleep 1000", in: folder.path))
    let hidden = await pipe.number()
    let group = try #require(start.controlGroup)
    kill(pid, SIGKILL)
    await keeper.untilGone()
    #expect(isAlive(hidden))
    let next = try await TestKeeper(folder: folder, instance: "two")
    #expect(!isAlive(hidden))
    #expect(next.holding.attempts.map { $0.ending?.exitStatus } == ["abandoned (worker restarted)"])
    #expect(access(group, F_OK) != 0)
  }

  /// A folder such as a keeper makes.
  private static func group(_ base: String, pid: Int32, ticks: UInt64, attempt: String? = nil) -> String {
    let folder = "\(base)/banyan-\(pid)-\(ticks)"
    mkdir(folder, 0o755)
    if let attempt { mkdir("\(folder)/\(attempt)", 0o755) }
    return folder
  }

  @Test func whatGoneKeepersHaveLeftIsTakenByAnyStart() async throws {
    let base = try #require(ControlGroup().unifiedFolder())
    // One that was killed and is never started again, beside one that lives.
    let living = try await TestKeeper()
    let order = Sample.shell("sleep 1000", in: living.folder.path)
    let start = try await living.start(order)
    let dead = try await TestKeeper()
    let pid = try dead.process()
    let left = Self.group(base, pid: pid, ticks: try #require(ProcessStat(pid: pid)).startTicks)
    #expect(access(left, F_OK) == 0, "the keeper's own")
    kill(pid, SIGKILL)
    await dead.untilGone()
    #expect(await untilGone(pid))
    #expect(access(left, F_OK) == 0)
    // Its number has become somebody else's; nobody has it; somebody holds it whose number is not to be seen here.
    let own = try #require(ProcessStat(pid: getpid()))
    let (reused, nobody) = (
      Self.group(base, pid: own.pid, ticks: own.startTicks + 1, attempt: "task-1"),
      Self.group(base, pid: .max, ticks: 1, attempt: "task-1")
    )
    let held = Self.group(base, pid: .max, ticks: 2)
    let lock = open(held, O_RDONLY | O_DIRECTORY)
    #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
    // Something still runs in it: that is its keeper's next start's affair.
    let populated = Self.group(base, pid: .max, ticks: 3, attempt: "task-1")
    let ready = TestPipe(living.folder, "ready")
    let stranger = Sample.shell(
      "echo $$ > \(populated)/task-1/cgroup.procs; echo go > \(ready.path); exec sleep 1000", in: living.folder.path)
    try await living.start(stranger)
    _ = await ready.line()
    let other = "\(base)/banyan-of-a-person"
    mkdir(other, 0o755)
    defer {
      close(lock)
      for folder in ["\(populated)/task-1", populated, held, other] { rmdir(folder) }
    }

    let next = try await TestKeeper()
    for gone in [left, reused, nobody] { #expect(access(gone, F_OK) != 0, "\(gone)") }
    for kept in [held, other, populated, try #require(start.controlGroup)] {
      #expect(access(kept, F_OK) == 0, "\(kept)")
    }
    _ = try await next.run(Sample.shell("true", in: next.folder.path))
    for key in [order.key, stranger.key] {
      living.send(.end(key, graceMilliseconds: 0, cause: .cancelled))
      _ = try await living.end(of: key)
    }
  }

  @Test func theKernelCountsWhatNobodyWaitedFor() async throws {
    let keeper = try await TestKeeper()
    let pipe = TestPipe(keeper.folder, "done")
    // The work is done by one whose parent is gone at once.
    let order = Sample.shell(
      """
      (setsid sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo done > \(pipe.path)' &)
      read line < \(pipe.path)
      """, in: keeper.folder.path)
    let ending = try await keeper.run(order)
    #expect(ending.exitStatus == "success")
    #expect(try #require(ending.cpuSeconds) > 0.02)
  }

  @Test func onlyFoldersOfItsOwnAreEnded() {
    let folder = TestFolder()
    folder.write("cgroup.kill", "")
    TaskGroups.end(folder.path, patience: 0)
    #expect(FileReading.text(of: folder("cgroup.kill")) == "")
  }
}
