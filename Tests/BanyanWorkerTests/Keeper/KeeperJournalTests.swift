import Glibc
import TestSupport
import Testing

@testable import BanyanWorker

struct KeeperJournalTests {
  private let folder = TestFolder()
  private let start = ProcessStart(pid: 4, timeStarted: 5, workingDirectory: "/w")
  private let ending = AttemptEnding(process: .exited(1), cause: .none, timeTerminated: 6)

  private func held(_ order: StartOrder) -> HeldAttempt {
    HeldAttempt(order: order.afterStart, start: start, ending: ending)
  }

  @Test func whatWasNotAcknowledgedIsThereAgain() {
    let (first, second, third) = (
      Sample.shell("a", in: "/f"), Sample.shell("b", in: "/f"), Sample.shell("c", in: "/f")
    )
    var journal = KeeperJournal(path: folder("j"), ended: [])
    for order in [first, second, third] { journal.started(order.afterStart, start, startTicks: 99) }
    journal.ended(held(first))
    journal.ended(held(second))
    journal.forgotten([second.key])
    let found = KeeperJournal.read(folder("j"))
    #expect(found.isSameBoot)
    #expect(found.ended == [held(first)])
    #expect(found.interrupted.map(\.attempt) == [HeldAttempt(order: third.afterStart, start: start)])
    #expect(found.interrupted.map(\.startTicks) == [99])
    #expect(journal.trouble == nil)
  }

  @Test func aTornOrDamagedLineIsPassedOver() throws {
    let order = Sample.shell("a", in: "/f")
    var journal = KeeperJournal(path: folder("j"), ended: [])
    journal.ended(held(order))
    let whole = try #require(FileReading.bytes(of: folder("j")))
    for length in 0...whole.count {
      folder.write("cut", String(decoding: whole.prefix(length), as: UTF8.self))
      let found = KeeperJournal.read(folder("cut"))
      // The newline of the last line may be missing.
      #expect(found.ended.count == (length >= whole.count - 1 ? 1 : 0), "cut at \(length)")
    }
  }

  @Test func rewritingKeepsWhatIsLeft() {
    let (first, second) = (Sample.shell("a", in: "/f"), Sample.shell("b", in: "/f"))
    var journal = KeeperJournal(path: folder("j"), ended: [])
    for _ in 0..<100 { journal.started(second.afterStart, start, startTicks: 1) }
    journal.rewrite(
      ended: [held(first)], running: [(HeldAttempt(order: second.afterStart, start: start), startTicks: 7)])
    let found = KeeperJournal.read(folder("j"))
    #expect(found.ended == [held(first)] && found.interrupted.map(\.startTicks) == [7])
  }

  @Test func noTokenOrEnvironmentOfATaskIsReadableByOthers() {
    var journal = KeeperJournal(path: folder("j"), ended: [])
    journal.started(
      Sample.order(["x"], in: "/f", environment: ["SECRET": "canary"]).afterStart, start, startTicks: 1)
    var status = stat()
    #expect(stat(folder("j"), &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(FileReading.text(of: folder("j"))?.contains("canary") == false)
  }

  @Test func theJournalOfACopiedFolderIsAnothersAffair() {
    mkdir(folder("one"), 0o700)
    mkdir(folder("copy"), 0o700)
    var journal = KeeperJournal(path: folder("one/j"), ended: [], instance: "honest", groups: "/g")
    journal.started(Sample.shell("a", in: "/f").afterStart, start, startTicks: 1)
    #expect(KeeperJournal.read(folder("one/j")).groups == "/g")
    folder.write("copy/j", FileReading.text(of: folder("one/j")) ?? "")
    let found = KeeperJournal.read(folder("copy/j"))
    #expect(found.isForeign && found.interrupted.isEmpty && found.instance == nil && found.groups == nil)
    // One of a version that did not say where it was written is its own.
    folder.write("copy/j", "{\"format\":1,\"boot\":\"b\",\"instance\":\"old\"}\n")
    #expect(KeeperJournal.read(folder("copy/j")).instance == "old")
  }

  @Test func anUnwritableJournalSaysSo() {
    let journal = KeeperJournal(path: folder("no/folder/j"), ended: [])
    #expect(journal.trouble?.contains("no such file or directory") == true)
  }
}
