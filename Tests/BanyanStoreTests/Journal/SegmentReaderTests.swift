import StoreTestSupport
import Testing

@testable import BanyanStore

/// Damage of every kind: what a crash explains is cut, anything else is refused with file and offset.
@Suite struct SegmentReaderTests {
  /// Three batches; the last has three frames. Returns the offsets of the frames, and of the end.
  private func written() throws -> (files: MemoryFiles, offsets: [Int]) {
    let files = MemoryFiles()
    let journal = try Opened(files).journal
    var offsets = [64]
    func append(_ text: String) {
      let before = journal.pendingBytes
      journal.append(text)
      offsets.append((offsets.last ?? 0) + journal.pendingBytes - before)
    }
    append("first batch")
    try journal.commit(sync: true)
    append("second batch, a")
    append("second batch, b")
    try journal.commit(sync: true)
    append("third batch, a")
    append("third batch, b")
    append("third batch, the last")
    try journal.commit(sync: true)
    return (files.afterKill(), offsets)
  }

  private let payloads = [
    "first batch", "second batch, a", "second batch, b", "third batch, a", "third batch, b", "third batch, the last",
  ]

  private func damaged(_ files: MemoryFiles, _ change: (inout [UInt8]) -> Void) throws -> MemoryFiles {
    let copy = files.afterKill()
    var bytes = try #require(copy[segment(1)])
    change(&bytes)
    copy[segment(1)] = bytes
    return copy
  }

  /// Whatever is left of the tail: the whole frames before are there, and the rest is cut and told.
  private func expectCut(_ files: MemoryFiles, at offset: Int, keeping count: Int, _ what: String) throws {
    let opened = try Opened(files)
    #expect(opened.target.payloads == Array(payloads[..<count]), "\(what)")
    let cut = try #require(opened.report.cut, "\(what)")
    #expect(cut.path == segment(1))
    #expect(cut.offset == offset, "\(what)")
    #expect(opened.report.notices.first?.contains("byte \(offset)") == true)
    #expect(opened.journal.nextSequence == UInt64(count + 1))
    // It goes on from there, and the next start sees nothing odd.
    opened.journal.append("new")
    try opened.journal.commit(sync: true)
    let again = try Opened(files.afterKill())
    #expect(again.target.payloads == payloads[..<count] + ["new"], "\(what)")
    #expect(again.report.cut == nil, "\(what)")
  }

  @Test func theLastFrameCutAtEveryByte() throws {
    let (files, offsets) = try written()
    for end in offsets[5] + 1..<offsets[6] {
      // Cut short, and cut off in a preallocated file; zeros at its end may be what was written anyway.
      let cut = try damaged(files) { $0.removeSubrange(end...) }
      try expectCut(cut, at: offsets[5], keeping: 5, "file ends at \(end)")
      let original = try #require(files[segment(1)])
      guard original[end..<offsets[6]].contains(where: { $0 != 0 }) else { continue }
      let zeroed = try damaged(files) { bytes in
        for index in end..<bytes.count { bytes[index] = 0 }
      }
      try expectCut(zeroed, at: offsets[5], keeping: 5, "zeros from \(end)")
    }
    let exact = try Opened(try damaged(files) { $0.removeSubrange(offsets[5]...) })
    #expect(exact.target.payloads == Array(payloads[..<5]))
    #expect(exact.report.cut == nil)
  }

  @Test func aBitFlipAnywhereInTheLastBatchIsATornTail() throws {
    let (files, offsets) = try written()
    for frame in 3...5 {
      for byte in offsets[frame]..<offsets[frame + 1] {
        let flipped = try damaged(files) { $0[byte] ^= 1 << UInt8(byte % 8) }
        try expectCut(flipped, at: offsets[frame], keeping: frame, "flip at \(byte)")
      }
    }
  }

  @Test func aBitFlipAnywhereBeforeTheLastBatchIsRefused() throws {
    let (files, offsets) = try written()
    for frame in 0...2 {
      for byte in offsets[frame]..<offsets[frame + 1] {
        let flipped = try damaged(files) { $0[byte] ^= 1 << UInt8(byte % 8) }
        let error = #expect(throws: StoreError.self, "flip at \(byte)") { try Opened(flipped) }
        #expect(error?.kind == .damaged)
        #expect(
          error?.message.contains("\(segment(1)) is damaged at byte \(offsets[frame])") == true, "flip at \(byte)")
      }
    }
  }

  @Test func aBlockOfZerosInTheMiddleIsRefused() throws {
    let (files, offsets) = try written()
    for (from, to) in [
      (offsets[0], offsets[1]), (offsets[1], offsets[3]), (offsets[0] + 8, offsets[3] - 8), (64, offsets[3]),
    ] {
      let zeroed = try damaged(files) { bytes in
        for index in from..<to { bytes[index] = 0 }
      }
      let error = #expect(throws: StoreError.self) { try Opened(zeroed) }
      #expect(error?.kind == .damaged, "\(from)..<\(to)")
    }
  }

  @Test func theHeaderIsChecked() throws {
    let (files, _) = try written()
    for byte in 0..<64 {
      let flipped = try damaged(files) { $0[byte] ^= 0x10 }
      let error = #expect(throws: StoreError.self) { try Opened(flipped) }
      #expect(error?.kind == .damaged || error?.kind == .newerFormat, "flip at \(byte)")
      #expect(error?.message.contains(segment(1)) == true)
    }
  }

  @Test(arguments: [(8, SegmentHeader.format), (12, EventCodec.format)])
  func aNewerFormatIsRefused(byte: Int, format: UInt32) throws {
    let (files, _) = try written()
    let newer = try damaged(files) { bytes in
      bytes[byte] += 1
      let checksum = bytes[..<60].withUnsafeBytes(CRC32C.of)
      withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(60..<64, with: $0) }
    }
    let error = #expect(throws: StoreError.self) { try Opened(newer) }
    #expect(error?.kind == .newerFormat)
    #expect(error?.message.contains("format \(format + 1)") == true)
  }

  @Test func damageBeforeALaterSegmentIsRefused() throws {
    let files = MemoryFiles()
    let journal = try Opened(files).journal
    for number in 0..<60 {
      journal.append(String(repeating: "\(number % 10)", count: 200))
      try journal.commit(sync: true)
    }
    let first = try #require(files[segment(1)])
    let last = try #require(first.lastIndex { $0 != 0 })
    let flipped = files.afterKill()
    var bytes = first
    bytes[last] ^= 1
    flipped[segment(1)] = bytes
    let error = #expect(throws: StoreError.self) { try Opened(flipped) }
    #expect(error?.kind == .damaged)
    #expect(error?.message.contains("a later segment") == true)

    // The last frame of an earlier segment gone without a trace leaves a gap.
    let gone = files.afterKill()
    let frame = (40 + 200 + 7) & ~7
    for index in last / frame * frame - 40..<first.count { bytes[index] = 0 }
    gone[segment(1)] = bytes
    #expect(throws: StoreError.self) { try Opened(gone) }
  }

  @Test func aMissingSegmentIsRefused() throws {
    let files = MemoryFiles()
    let journal = try Opened(files).journal
    for number in 0..<100 {
      journal.append(String(repeating: "\(number % 10)", count: 200))
      try journal.commit(sync: true)
    }
    let segments = files.names.filter { $0.hasSuffix(".log") }
    #expect(segments.count > 4)
    for missing in segments.dropLast() {
      let broken = files.afterKill()
      broken[missing] = nil
      let error = #expect(throws: StoreError.self) { try Opened(broken) }
      #expect(error?.kind == .missing, "\(missing)")
    }
  }

  /// Random damage, several bytes anywhere: never a crash, never other payloads than those that were written.
  @Test(arguments: 0..<30 as Range<UInt64>)
  func randomDamageIsNeverTakenForData(seed: UInt64) throws {
    let (files, _) = try written()
    var random = SeededRandom(seed: seed)
    for _ in 0..<20 {
      let broken = try damaged(files) { bytes in
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let place = Int.random(in: 0..<600, using: &random)
          bytes[place] = UInt8.random(in: 0...255, using: &random)
        }
      }
      guard let opened = try? Opened(broken) else { continue }
      #expect(opened.target.payloads == Array(payloads[..<opened.target.payloads.count]), "seed \(seed)")
    }
  }
}
