import BanyanStore
import Foundation
import StoreTestSupport
import Testing

@testable import BanyanServer

@Suite struct KeyFileTests {
  /// A folder that is gone after the test.
  func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("banyan-key-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try body(folder.path)
    try FileManager.default.removeItem(at: folder)
  }

  @Test func `The key is made once, for its owner alone`() throws {
    try inFolder { folder in
      let key = try KeyFile.key(in: folder)
      #expect(key.count == 32)
      #expect(try KeyFile.key(in: folder) == key)
      let mode = try FileManager.default.attributesOfItem(atPath: folder + "/token.key")[.posixPermissions] as? Int
      #expect(mode == 0o600)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["token.key"])
    }
  }

  @Test func `A damaged key is said so, and never replaced`() throws {
    try inFolder { folder in
      for bytes in [0, 31, 33, 100] {
        #expect(FileManager.default.createFile(atPath: folder + "/token.key", contents: Data(count: bytes)))
        #expect(throws: StoreError.self) { try KeyFile.key(in: folder) }
      }
    }
    #expect(throws: StoreError.self) { try KeyFile.key(in: "/no/such/folder") }
  }

  /// Every call fails in turn, then the process dies, or the machine.
  @Test(arguments: [FileError.Reason.full, .forbidden, .other])
  func `A key that could not be kept is not used; the next start has one, and keeps it`(
    reason: FileError.Reason
  ) throws {
    var random = SystemRandomNumberGenerator()
    let whole = MemoryFiles()
    _ = try KeyFile.key(in: "/data", files: whole)
    for call in 1...whole.calls {
      let files = MemoryFiles()
      files.inject(.init(call: call, reason: reason, lasts: true))
      let error = #expect(throws: StoreError.self) { try KeyFile.key(in: "/data", files: files) }
      #expect(error?.message.contains("/data") == true)
      for after in [files.afterKill(), files.afterPowerLoss(using: &random)] {
        let key = try KeyFile.key(in: "/data", files: after)
        #expect(key.count == KeyFile.length)
        #expect(try KeyFile.key(in: "/data", files: after.afterPowerLoss(using: &random)) == key, "call \(call)")
      }
    }
  }
}
