import Glibc
import TestSupport
import Testing

@testable import BanyanWorker

struct MemoryTableTests {
  private let folder = TestFolder()

  @Test func theMachineAndItsGroup() throws {
    folder.write("meminfo", "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 600 kB\n")
    folder.write("self", "0::/a\n")
    for name in ["cg", "cg/a"] { mkdir(folder(name), 0o755) }
    var table = MemoryTable(group: ControlGroup(mount: folder("cg"), process: folder("self")))
    table.table = folder("meminfo")
    #expect(try #require(table.read()) == (total: 1_024_000, available: 614_400))
    folder.write("cg/a/memory.max", "500000\n")
    folder.write("cg/a/memory.current", "300000\n")
    folder.write("cg/a/memory.stat", "anon 5\ninactive_file 100000\nactive_file 7\n")
    #expect(try #require(table.read()) == (total: 500_000, available: 300_000))
    folder.write("meminfo", "nothing\n")
    #expect(table.read() == nil)
  }
}
