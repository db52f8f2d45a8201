import BanyanStore
import StoreTestSupport
import Testing

@Suite struct PrivateFileTests {
  private static let (old, new): ([UInt8], [UInt8]) = (Array("the old".utf8), Array("the new one".utf8))

  @Test func `What was written is there after a power loss, its name too`() throws {
    var random = SystemRandomNumberGenerator()
    let files = MemoryFiles()
    #expect(try PrivateFile("/data/key", files: files).read(atMost: 64) == nil)
    try PrivateFile("/data/key", files: files).write(Self.new)
    let after = files.afterPowerLoss(using: &random)
    #expect(try PrivateFile("/data/key", files: after).read(atMost: 64) == Self.new)
    #expect(try PrivateFile("/data/key", files: after).read(atMost: 3) == Array(Self.new.prefix(3)))
    #expect(after.names == ["/data/key"])
  }

  /// Every call fails in turn, once or from there on; then the process dies, or the machine.
  @Test(arguments: [nil, old], [FileError.Reason.full, .other, .forbidden])
  func `Whatever fails, it is whole and old, whole and new, or absent`(
    before: [UInt8]?, reason: FileError.Reason
  ) throws {
    var random = SystemRandomNumberGenerator()
    let whole = MemoryFiles()
    try PrivateFile("/data/key", files: whole).write(Self.new)
    #expect(whole.calls == 5)
    for call in 1...whole.calls {
      for lasts in [false, true] {
        let files = MemoryFiles()
        files["/data/key"] = before
        files.inject(.init(call: call, reason: reason, lasts: lasts))
        let error = #expect(throws: StoreError.self) { try PrivateFile("/data/key", files: files).write(Self.new) }
        #expect(error?.kind == (reason == .full ? .full : reason == .other ? .failed : .notWritable))
        #expect(error?.message.contains("/data") == true, "\(error?.message ?? "")")
        for after in [files.afterKill(), files.afterPowerLoss(using: &random)] {
          let found = try PrivateFile("/data/key", files: after).read(atMost: 64)
          #expect(found == before || found == Self.new, "call \(call)")
          try PrivateFile("/data/key", files: after).write(Self.new)
          #expect(try PrivateFile("/data/key", files: after).read(atMost: 64) == Self.new)
        }
      }
    }
  }

  @Test func `One that can't be read is not taken for one that isn't there`() throws {
    let files = MemoryFiles()
    files["/data/key"] = Self.old
    for call in 1...3 {
      files.inject(.init(call: files.calls + call, reason: .other, lasts: false))
      #expect(throws: StoreError.self) { try PrivateFile("/data/key", files: files).read(atMost: 64) }
    }
    #expect(try PrivateFile("/data/key", files: files).read(atMost: 64) == Self.old)
  }
}
