import TestSupport
import Testing

@testable import BanyanWorker

struct MemoryKillsTests {
  private let folder = TestFolder()

  @Test func onlyARiseCounts() {
    let table = folder.write("vmstat", "pgfault 1\noom_kill 3\n")
    var kills = MemoryKills(table: table)
    let looks = [kills.haveRisen()]
    folder.write("vmstat", "pgfault 2\noom_kill 4\n")
    let later = [kills.haveRisen(), kills.haveRisen()]
    folder.write("vmstat", "nothing of it\n")
    let last = kills.haveRisen()
    #expect(looks + later + [last] == [false, true, false, false])
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
}
