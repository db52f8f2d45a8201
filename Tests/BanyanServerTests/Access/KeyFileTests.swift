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

  @Test(arguments: [0o644, 0o640, 0o604, 0o660]) func `A key that others can read is kept from them, and that is told`(
    mode: Int
  ) throws {
    try inFolder { folder in
      let key = try KeyFile.key(in: folder)
      let path = folder + "/token.key"
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      var notices: [String] = []
      #expect(try KeyFile.key(in: folder) { notices.append($0) } == key)
      #expect(notices.count == 1 && notices.first?.contains(path) == true, "\(notices)")
      #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
      #expect(try KeyFile.key(in: folder) { notices.append($0) } == key)
      #expect(notices.count == 1)
    }
  }

  @Test func `A key that can't be kept from others is not used`() throws {
    let files = MemoryFiles()
    _ = try KeyFile.key(in: "/data", files: files)
    let before = files.calls
    _ = try KeyFile.key(in: "/data", files: files)
    let place = try #require(files.log[before...].firstIndex { $0 == "make private /data/token.key" })
    files.inject(.init(call: files.calls + place - before + 1, reason: .forbidden, lasts: false))
    let error = #expect(throws: StoreError.self) { try KeyFile.key(in: "/data", files: files) }
    #expect(error?.message.contains("/data/token.key") == true)
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
