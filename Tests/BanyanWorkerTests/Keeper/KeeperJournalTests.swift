import Glibc
import Synchronization
import TestSupport
import Testing

@testable import BanyanWorker

struct KeeperJournalTests {
  private let folder = TestFolder()
  private let start = ProcessStart(pid: 4, startTicks: 99, timeStarted: 5, workingDirectory: "/w")
  private let ending = AttemptEnding(process: .exited(1), cause: .none, timeTerminated: 6)

  private func held(_ order: StartOrder) -> HeldAttempt {
    HeldAttempt(order: order.afterStart, start: start, ending: ending)
  }

  @Test func whatWasNotAcknowledgedIsThereAgain() {
    let (first, second, third) = (
      Sample.shell("a", in: "/f"), Sample.shell("b", in: "/f"), Sample.shell("c", in: "/f")
    )
    var journal = KeeperJournal(path: folder("j"), ended: [])
    for order in [first, second, third] { journal.started(order.afterStart, start) }
    journal.ended(held(first))
    journal.ended(held(second))
    journal.forgotten([second.key])
    let found = KeeperJournal.read(folder("j"))
    #expect(found.isSameBoot)
    #expect(found.ended == [held(first)])
    #expect(found.interrupted == [HeldAttempt(order: third.afterStart, start: start)])
    #expect(found.isComplete)
    #expect(journal.trouble == nil)
  }

  @Test func whatWasAboutToStartMayHaveBegun() {
    let (begun, refused) = (Sample.shell("a", in: "/f"), Sample.shell("b", in: "/f") { $0.workingDirectory = "/w" })
    var journal = KeeperJournal(path: folder("j"), ended: [])
    for order in [begun, refused] {
      let isWritten = journal.starting(order.afterStart, time: 5)
      #expect(isWritten)
    }
    // The keeper is killed between the start and the line that tells of it.
    let found = KeeperJournal.read(folder("j"))
    let folders = [begun.key: begun.freshFolder, refused.key: "/w"]
    #expect(found.interrupted.count == 2)
    for one in found.interrupted {
      let folder = folders[one.order.key] ?? ""
      #expect(one.start == ProcessStart(timeStarted: 5, workingDirectory: folder))
    }
    // What came of it takes its place.
    let ending = AttemptEnding(process: .couldNotStart("no such program"), cause: .none, timeTerminated: 6)
    let never = HeldAttempt(order: refused.afterStart, ending: ending)
    journal.ended(never)
    journal.started(begun.afterStart, start)
    let later = KeeperJournal.read(folder("j"))
    #expect(later.ended == [never])
    #expect(later.interrupted == [HeldAttempt(order: begun.afterStart, start: start)])
  }

  @Test func aJournalOfAnOlderKeeperIsUnderstood() throws {
    var journal = KeeperJournal(path: folder("j"), ended: [])
    let order = Sample.shell("a", in: "/f")
    journal.started(order.afterStart, ProcessStart(pid: 4, timeStarted: 5, workingDirectory: "/w"))
    // It had the ticks in the line alone, and wrote nothing before a start.
    let text = try #require(FileReading.text(of: folder("j")))
      .replacing("\"start_ticks\":0", with: "\"start_ticks\":99").replacing("\"announces_starts\":true,", with: "")
    folder.write("old", text)
    let found = KeeperJournal.read(folder("old"))
    #expect(found.interrupted == [HeldAttempt(order: order.afterStart, start: start)])
    #expect(!found.isComplete)
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
    for _ in 0..<100 { journal.started(second.afterStart, start) }
    let running = HeldAttempt(order: second.afterStart, start: start)
    journal.rewrite(ended: [held(first)], running: [running])
    let found = KeeperJournal.read(folder("j"))
    #expect(found.ended == [held(first)] && found.interrupted == [running])
  }

  /// The disk is full after any number of bytes of the new journal: the old one stays, whole, and is written on.
  @Test func onAFullDiskAJournalIsReplacedWholeOrNotAtAll() throws {
    let orders = (0..<4).map { Sample.shell("\($0)", in: "/f") }
    var journal = KeeperJournal(path: folder("j"), ended: [], instance: "one")
    for order in orders { journal.started(order.afterStart, start) }
    let running = orders.map { HeldAttempt(order: $0.afterStart, start: start) }
    let disk = SmallDisk()
    journal.disk = { disk.write($0, $1) }
    let whole = try #require(FileReading.bytes(of: folder("j"))).count
    var room = 0
    while true {
      disk.room.store(room)
      journal.rewrite(ended: [], running: running, instance: "one")
      let isWritten = journal.trouble == nil
      #expect(access(folder("j.new"), F_OK) != 0, "\(room): nothing is left behind")
      let found = KeeperJournal.read(folder("j"))
      #expect(Set(found.interrupted.map(\.order.key)) == Set(orders.map(\.key)) && found.instance == "one", "\(room)")
      // Where it went wrong what comes then stands in the old one.
      disk.room.store(.max)
      journal.ended(HeldAttempt(order: orders[0].afterStart, start: start, ending: ending))
      #expect(KeeperJournal.read(folder("j")).ended.map(\.order.key) == [orders[0].key], "\(room)")
      #expect(journal.trouble == nil)
      guard !isWritten else { break }
      journal.forgotten([orders[0].key])
      journal.started(orders[0].afterStart, start)
      room += 37
    }
    #expect(room > whole / 2, "it was cut at many places")
  }

  @Test func noTokenOrEnvironmentOfATaskIsReadableByOthers() {
    var journal = KeeperJournal(path: folder("j"), ended: [])
    journal.started(
      Sample.order(["x"], in: "/f", environment: ["SECRET": "canary"]).afterStart, start)
    var status = stat()
    #expect(stat(folder("j"), &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(FileReading.text(of: folder("j"))?.contains("canary") == false)
  }

  @Test func theJournalOfACopiedFolderIsAnothersAffair() {
    mkdir(folder("one"), 0o700)
    mkdir(folder("copy"), 0o700)
    var journal = KeeperJournal(path: folder("one/j"), ended: [], instance: "honest", groups: "/g")
    journal.started(Sample.shell("a", in: "/f").afterStart, start)
    #expect(KeeperJournal.read(folder("one/j")).groups == "/g")
    folder.write("copy/j", FileReading.text(of: folder("one/j")) ?? "")
    let found = KeeperJournal.read(folder("copy/j"))
    #expect(found.isForeign && found.interrupted.isEmpty && found.instance == nil && found.groups == nil)
    // One of a version that did not say where it was written is its own.
    folder.write("copy/j", "{\"format\":1,\"boot\":\"b\",\"instance\":\"old\"}\n")
    #expect(KeeperJournal.read(folder("copy/j")).instance == "old")
  }

  @Test func anUnwritableJournalSaysSo() {
    var journal = KeeperJournal(path: folder("no/folder/j"), ended: [])
    let isWritten = journal.starting(Sample.shell("a", in: "/f").afterStart, time: 5)
    #expect(!isWritten)
    #expect(journal.trouble?.contains("no such file or directory") == true)
  }
}

/// A disk with so much room.
private final class SmallDisk: Sendable {
  let room = Room()

  /// Bytes that it still takes.
  final class Room: Sendable {
    private let bytes = Mutex(Int.max)
    func store(_ count: Int) { bytes.withLock { $0 = count } }
    func take(_ count: Int) -> Int {
      bytes.withLock { left in
        let taken = min(left, count)
        if left < .max { left -= taken }
        return taken
      }
    }
  }

  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    let taken = room.take(bytes.count)
    guard taken > 0 else {
      errno = ENOSPC
      return -1
    }
    return Glibc.write(descriptor, bytes.baseAddress, taken)
  }
}
