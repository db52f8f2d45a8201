import BanyanCore
import Glibc
import TestSupport
import Testing

@testable import BanyanWorker

struct ProcessStatTests {
  @Test func namesMayHoldAnything() throws {
    let line = "12 (a) b (c) Z 3 4 5 0 -1 0 0 0 0 0 10 20 0 0 20 0 1 0 777 4096 2 0\n"
    let stat = try #require(ProcessStat(pid: 12, line: Array(line.utf8)))
    #expect(stat.isZombie && stat.parent == 3 && stat.group == 4 && stat.session == 5)
    #expect(stat.startTicks == 777 && stat.cpuTicks == 30)
    #expect(stat.virtualMemoryBytes == 4096 && stat.residentPages == 2)
  }

  @Test(arguments: ["", "1", "1 (x)", "1 (x) S", "1 (x) S a b c"])
  func nonsenseIsNone(_ line: String) {
    #expect(ProcessStat(pid: 1, line: Array(line.utf8)) == nil)
  }

  @Test func oneself() throws {
    let own = try #require(ProcessStat(pid: getpid()))
    #expect(own.parent == getppid() && !own.isZombie)
  }
}

struct ProcessTableTests {
  private func process(_ pid: Int32, of parent: Int32, zombie: Bool = false) -> ProcessStat? {
    ProcessStat(
      pid: pid, line: Array("\(pid) (x) \(zombie ? "Z" : "S") \(parent) 1 1 0 0 0 0 0 0 0 1 1 0 0 0 0 0 0 9 0 0".utf8))
  }

  @Test func descendantsAndNobodyElse() {
    let table = ProcessTable(
      [
        process(10, of: 1), process(11, of: 10), process(12, of: 11), process(13, of: 10, zombie: true),
        process(14, of: 13), process(20, of: 1), process(21, of: 20),
      ].compactMap { $0 })
    #expect(Set(table.descendants(of: [10]).map(\.pid)) == [10, 11, 12, 14])
    #expect(Set(table.descendants(of: [12, 20]).map(\.pid)) == [12, 20, 21])
    #expect(table.descendants(of: [99]).isEmpty)
  }
}

struct OrphansTests {
  @Test func whatShowsWhoseItIs() {
    let (a, b) = (Sample.key(), Sample.key())
    var orphans = Orphans()
    orphans.update(
      children: [5, 6, 7], isMainProcess: { $0 == 5 }, live: [a, b], owner: { $0 == 6 ? a : b })
    #expect(orphans.of(a) == [6] && orphans.of(b) == [7])
    orphans.remove(6)
    #expect(orphans.of(a).isEmpty)
    #expect(orphans.homeless(live: [b]).isEmpty)
    #expect(orphans.homeless(live: [a]) == [7])
  }

  @Test func whatHidesGoesWithTheLastThatItMayBeOf() {
    let (a, b) = (Sample.key(), Sample.key())
    var orphans = Orphans()
    orphans.update(children: [6], isMainProcess: { _ in false }, live: [a, b], owner: { _ in nil })
    orphans.update(
      children: [6], isMainProcess: { _ in false }, live: [a, b, Sample.key()], owner: { _ in nil })
    #expect(orphans.of(b).isEmpty)
    orphans.ended(a)
    #expect(orphans.homeless(live: [b]).isEmpty)
    #expect(orphans.of(b) == [6])
    orphans.ended(b)
    #expect(orphans.homeless(live: []) == [6])
  }
}
