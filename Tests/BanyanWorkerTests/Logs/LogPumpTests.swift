import CProcess
import Glibc
import TestSupport
import Testing

@testable import BanyanWorker

/// A descriptor's number belongs to one attempt at a time. Here it is the same one for each, as the system would have
/// it: the lowest that is free.
@Suite(.serialized)
struct LogPumpTests {
  private let folder = TestFolder()
  private let poller: Poller
  /// Far above what anybody else in this process gets.
  private static let number: Int32 = 900

  init() throws { poller = try #require(Poller()) }

  /// A pipe whose reading end has the number.
  private func pipe() throws -> (reading: Descriptor, writing: Descriptor) {
    var ends: [Int32] = [-1, -1]
    try #require(banyan_pipe(&ends) == 0)
    defer { close(ends[0]) }
    try #require(fcntl(Self.number, F_GETFD) < 0, "the number is taken")
    try #require(dup2(ends[0], Self.number) == Self.number)
    _ = fcntl(Self.number, F_SETFD, FD_CLOEXEC)
    _ = fcntl(Self.number, F_SETFL, O_RDONLY | O_NONBLOCK)
    return (Descriptor(owning: Self.number), Descriptor(owning: ends[1]))
  }

  /// What is ready is one thing, and one of the pump's pipes or not.
  private func expect(_ pump: inout LogPump, _ ready: [Poller.Token], _ isIts: Bool) throws {
    let answers = ready.map { pump.read($0) }
    // Whoever went on would wait for what was read already.
    try #require(answers == [isIts])
  }

  private func expectEnd(_ pump: inout LogPump, _ key: AttemptKey, _ totals: LogTotals?) {
    let end = pump.finish(key)
    #expect(end == totals)
  }

  private func print(_ text: String, to writing: Descriptor) {
    let bytes = Array(text.utf8)
    #expect(write(writing.number, bytes, bytes.count) == bytes.count)
  }

  private func log(_ key: AttemptKey) -> String? { FileReading.text(of: folder("\(key.task)/stdout")) }

  private func add(_ key: AttemptKey, _ pipe: Descriptor, to pump: inout LogPump) {
    mkdir(folder("\(key.task)"), 0o700)
    pump.add(key, folder: folder("\(key.task)"), limit: 1 << 20, pipes: LogPipes(stdout: pipe))
  }

  @Test func anAttemptThatClosedItsOutputLetsGoOfNothingElse() throws {
    var pump = LogPump(poller: poller)
    let (first, second) = (Sample.key(), Sample.key())
    var ends = try pipe()
    add(first, ends.reading, to: &pump)
    print("one", to: ends.writing)
    ends.writing.close()
    // It is read twice: what there is, and the end. Its number is free then, and becomes the next one's.
    for _ in 0..<2 { try expect(&pump, poller.wait(), true) }
    ends = try pipe()
    add(second, ends.reading, to: &pump)
    expectEnd(&pump, first, LogTotals(stdoutBytes: 3))
    print("two", to: ends.writing)
    expectEnd(&pump, second, LogTotals(stdoutBytes: 3))
    #expect(log(first) == "one" && log(second) == "two")
    #expect(fcntl(Self.number, F_GETFD) < 0)
  }

  @Test func whatWasReadyIsNotTheNextOneOfItsNumber() throws {
    var pump = LogPump(poller: poller)
    let (first, second) = (Sample.key(), Sample.key())
    var ends = try pipe()
    add(first, ends.reading, to: &pump)
    print("one", to: ends.writing)
    let ready = poller.wait()
    #expect(ready.count == 1)
    // In the same turn its end is seen, and another is started, before the turn comes to what was ready.
    expectEnd(&pump, first, LogTotals(stdoutBytes: 3))
    ends = try pipe()
    add(second, ends.reading, to: &pump)
    ends.writing.close()
    try expect(&pump, ready, false)
    // The second one's end is still to be seen.
    try expect(&pump, poller.wait(), true)
    expectEnd(&pump, second, LogTotals(stdoutBytes: 0))
    expectEnd(&pump, second, nil)
  }

  @Test func aDescriptorIsLetGoOfOnce() throws {
    var ends = try pipe()
    let owner = ends.reading
    owner.close()
    ends = try pipe()
    owner.close()
    #expect(owner.number == -1 && fcntl(Self.number, F_GETFD) >= 0)
  }
}

struct SessionsTests {
  @Test func aNumberThatIsAStrangersShowsNothing() {
    let key = Sample.key()
    var sessions = SessionLeaders()
    sessions.began(key, leader: 7, startTicks: 100)
    // Its leader is there, or has ended and left others in the session.
    #expect(sessions.attempt(of: 7, look: { _ in 100 }) == key)
    #expect(sessions.attempt(of: 7, look: { _ in nil }) == key)
    #expect(sessions.attempt(of: 7, look: { _ in 200 }) == nil)
    // The number has become another attempt's before the first one is over.
    let other = Sample.key()
    sessions.began(other, leader: 7, startTicks: 200)
    sessions.ended(key, leader: 7)
    #expect(sessions.attempt(of: 7, look: { _ in 200 }) == other)
    sessions.ended(other, leader: 7)
    #expect(sessions.attempt(of: 7, look: { _ in 200 }) == nil)
  }
}
