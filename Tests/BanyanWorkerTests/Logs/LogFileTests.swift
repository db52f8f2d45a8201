import Glibc
import TestSupport
import Testing

@testable import BanyanWorker

struct LogFileTests {
  private let folder = TestFolder()

  private func write(_ text: String, to file: inout LogFile, now: Int64 = 0) -> String? {
    Array(text.utf8).withUnsafeBytes { file.write($0, now: now) }
  }

  private func text(_ name: String) -> String {
    String(decoding: FileReading.bytes(of: folder(name), limit: 1 << 30) ?? [], as: UTF8.self)
  }

  @Test func nothingIsMadeBeforeTheFirstByteAndAllIsKept() {
    var file = LogFile(path: folder("a/b/stdout"), limit: 1_000)
    #expect(FileReading.bytes(of: folder("a/b/stdout")) == nil)
    #expect(write("one\n", to: &file) == nil)
    #expect(write("\0\u{1}two", to: &file) == nil)
    file.finish(now: 0)
    #expect(text("a/b/stdout") == "one\n\0\u{1}two")
    #expect(file.size == 9 && file.lost == 0)
  }

  @Test func beyondItsLimitItsEndIsKept() throws {
    var file = LogFile(path: folder("log"), limit: 10)
    #expect(write("0123456", to: &file) == nil)
    let words = try #require(write("789abc", to: &file))
    #expect(words.contains("longer than 10 bytes"))
    let block = String(repeating: "x", count: 50_000)
    for _ in 0..<10 { #expect(write(block, to: &file) == nil) }
    #expect(write("the end", to: &file) == nil)
    #expect(text("log") == "0123456789")
    file.finish(now: 0)
    let left = 3 + 10 * 50_000 + 7 - LogFile.keptEnd
    let remark = "0123456789\n[banyan: \(left) bytes are missing here: the log is limited to 10 bytes]\n"
    #expect(text("log").hasPrefix(remark))
    #expect(text("log").utf8.count == remark.utf8.count + LogFile.keptEnd)
    #expect(text("log").hasSuffix("xxthe end"))
    #expect(file.lost == Int64(left))
  }

  @Test func whatIsALittleTooMuchIsWhole() {
    var file = LogFile(path: folder("log"), limit: 2)
    #expect(write("abcdef", to: &file) != nil)
    file.finish(now: 0)
    #expect(text("log") == "abcdef")
    #expect(file.lost == 0)
  }

  @Test func aFullDiskIsToldAndCounted() throws {
    // The device that is always full.
    var file = LogFile(path: "/dev/full", limit: 1 << 20)
    let words = try #require(write("abc", to: &file, now: 0))
    #expect(words.contains("no space left on device"))
    #expect(write("def", to: &file, now: 100) == nil)
    #expect(write("ghi", to: &file, now: 5_000) == nil)
    file.finish(now: 5_000)
    #expect(file.size == 0 && file.lost == 9)
  }

  @Test func whatCouldNotBeWrittenComesWithTheNextTry() throws {
    let blocked = folder.write("logs", "")
    var file = LogFile(path: "\(blocked)/stdout", limit: 1 << 20)
    #expect(try #require(write("early ", to: &file, now: 0)).contains("not a directory"))
    unlink(blocked)
    // Not looked at again at once.
    #expect(write("still ", to: &file, now: 10) == nil)
    #expect(FileReading.bytes(of: "\(blocked)/stdout") == nil)
    #expect(write("late", to: &file, now: 1_000) == nil)
    file.finish(now: 1_000)
    #expect(text("logs/stdout") == "early still late")
    #expect(file.lost == 0)
  }

  @Test func aRemovedLogGivesItsRoomBackAndGoesOn() {
    var file = LogFile(path: folder("log"), limit: 1 << 20)
    _ = write("gone", to: &file, now: 0)
    unlink(folder("log"))
    _ = write(" still gone", to: &file, now: 500)
    _ = write("here", to: &file, now: 1_500)
    file.finish(now: 1_500)
    #expect(text("log") == "[banyan: 15 bytes are missing here: the log was removed]\nhere")
  }

  @Test func aCutLogGoesOnAtItsNewEnd() {
    var file = LogFile(path: folder("log"), limit: 1 << 20)
    _ = write("0123456789", to: &file, now: 0)
    truncate(folder("log"), 4)
    _ = write("x", to: &file, now: 1_000)
    file.finish(now: 1_000)
    #expect(text("log") == "0123[banyan: 6 bytes are missing here: the log was cut]\nx")
  }

  @Test func aFolderInItsPlaceIsNoEndOfTheTask() {
    var file = LogFile(path: folder("log"), limit: 1 << 20)
    _ = write("a", to: &file, now: 0)
    unlink(folder("log"))
    mkdir(folder("log"), 0o700)
    #expect(write("b", to: &file, now: 1_000)?.contains("is a directory") == true)
    rmdir(folder("log"))
    _ = write("c", to: &file, now: 2_000)
    file.finish(now: 2_000)
    #expect(text("log") == "bc")
  }

  @Test func noLinkIsWrittenThrough() {
    folder.write("victim", "dear")
    symlink(folder("victim"), folder("log"))
    var file = LogFile(path: folder("log"), limit: 1 << 20)
    #expect(write("evil", to: &file) != nil)
    file.finish(now: 0)
    #expect(text("victim") == "dear")
  }
}

struct LogIndexTests {
  private let folder = TestFolder()

  @Test func aLineForEachChange() {
    var index = LogIndex(folder: folder.path)
    #expect(index.note(isStderr: false, offset: 0, time: 100) == nil)
    // The same stream a moment later is the same line.
    #expect(index.note(isStderr: false, offset: 5, time: 105) == nil)
    #expect(index.note(isStderr: true, offset: 0, time: 106) == nil)
    #expect(index.note(isStderr: false, offset: 9, time: 107) == nil)
    #expect(index.note(isStderr: false, offset: 12, time: 200) == nil)
    index.finish()
    #expect(FileReading.text(of: folder("index")) == "banyan-log-index 1\n100 o 0\n106 e 0\n107 o 9\n200 o 12")
  }

  @Test func oneLineIsNone() {
    var index = LogIndex(folder: folder.path)
    _ = index.note(isStderr: false, offset: 0, time: 100)
    index.finish()
    #expect(FileReading.bytes(of: folder("index")) == nil)
  }

  @Test func troubleIsSaidOnce() {
    mkdir(folder("index"), 0o700)
    var index = LogIndex(folder: folder.path)
    _ = index.note(isStderr: false, offset: 0, time: 100)
    #expect(index.note(isStderr: true, offset: 0, time: 100)?.contains("is a directory") == true)
    #expect(index.note(isStderr: false, offset: 0, time: 200) == nil)
  }
}
