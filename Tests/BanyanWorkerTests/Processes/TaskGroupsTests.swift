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
