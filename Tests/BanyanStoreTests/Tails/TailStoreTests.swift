import BanyanCore
import StoreTestSupport
import Testing

@testable import BanyanStore

struct TailStoreTests {
  private let files = MemoryFiles()

  private func store(segment: Int = 10_000, segments: Int = 3) throws -> TailStore {
    var store = TailStore(folder: "/d/tails", capacity: segment * segments, segmentLength: segment, files: files)
    try store.load()
    return store
  }

  private func name(_ number: UInt64, _ claim: UInt32 = 1, isStderr: Bool = false) -> Tail.Name {
    Tail.Name(task: TaskID(seconds: 7, rest: number), claimNumber: claim, isStderr: isStderr)
  }

  private func tail(_ number: UInt64, _ text: String, size: Int64? = nil) -> Tail {
    Tail(name: name(number), bytes: Array(text.utf8), size: size ?? Int64(text.utf8.count))
  }

  @Test func whatWasKeptIsThereAgainAfterAStart() throws {
    var store = try store()
    try store.keep(tail(1, "first", size: 100))
    try store.keep(Tail(name: name(1, isStderr: true), bytes: [1, 2], size: 2))
    try store.keep(tail(1, "newer"))
    try store.keep(tail(2, ""))
    for store in [store, try self.store()] {
      #expect(try store.tail(name(1)) == tail(1, "newer"))
      #expect(try store.tail(name(1, isStderr: true))?.bytes == [1, 2])
      #expect(try store.tail(name(2)) == tail(2, ""))
      #expect(try store.tail(name(1, 2)) == nil)
      #expect(try store.tail(name(3)) == nil)
    }
  }

  @Test func theOldestGoAsAWhole() throws {
    var store = try store(segment: 1_000, segments: 3)
    for number in 0..<100 { try store.keep(tail(UInt64(number), String(repeating: "x", count: 200))) }
    #expect(try files.list("/d/tails").count == 3)
    for store in [store, try self.store(segment: 1_000, segments: 3)] {
      let kept = try (0..<100).filter { try store.tail(name(UInt64($0))) != nil }
      #expect(kept == Array(88..<100))
    }
  }

  @Test func aTornEndAndOtherFilesDoNoHarm() throws {
    var store = try store()
    try store.keep(tail(1, "whole"))
    try store.keep(tail(2, "torn"))
    let path = "/d/tails/tails-1.log"
    let size = try files.openForReading(path).size()
    for length in 0..<size {
      let cut = MemoryFiles()
      try cut.makeFolder("/d/tails")
      var bytes = [UInt8](repeating: 0, count: length)
      _ = try bytes.withUnsafeMutableBytes { try files.openForReading(path).read(into: $0, at: 0) }
      let file = try cut.create(path)
      try bytes.withUnsafeBytes { try file.write($0, at: 0) }
      _ = try cut.create("/d/tails/tails-x.log")
      var found = TailStore(folder: "/d/tails", capacity: 1 << 20, segmentLength: 1 << 16, files: cut)
      try found.load()
      #expect(try found.tail(name(2)) == nil)
      #expect(try (found.tail(name(1)) != nil) == (length >= TailRecord.headerLength + 5))
      try found.keep(tail(3, "after"))
      #expect(try found.tail(name(3)) == tail(3, "after"))
    }
  }

  @Test func aFlippedBitIsNoTail() throws {
    var store = try store()
    try store.keep(tail(1, "sound"))
    let file = try files.openForReading("/d/tails/tails-1.log")
    try [UInt8(ascii: "S")].withUnsafeBytes { try file.write($0, at: TailRecord.headerLength) }
    #expect(try store.tail(name(1)) == nil)
  }

  @Test func aFullDiskLosesOneTailAndNoOther() throws {
    var store = try store()
    try store.keep(tail(1, "before"))
    files.inject(.init(call: files.calls + 1, reason: .full, lasts: false))
    #expect(throws: FileError.self) { try store.keep(tail(2, "lost")) }
    try store.keep(tail(3, "after"))
    #expect(try store.tail(name(1)) == tail(1, "before"))
    #expect(try store.tail(name(2)) == nil)
    #expect(try store.tail(name(3)) == tail(3, "after"))
  }
}
