import BanyanStore
import Foundation
import Testing

/// The same on this machine's own files.
@Suite struct LocalFolderTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("banyan-store-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test func aWholeLifeOnTheDisk() throws {
    try withFolder { path in
      var options = FolderStore.Options()
      options.segmentSize = 64 << 10
      let data = path + "/made/on the way"
      do {
        let store = try FolderStore(path: data, options: options)
        var target = PlainTarget()
        _ = try store.recover(into: &target)
        let journal = try store.openJournal()
        for number in 1...1000 {
          journal.append("frame \(number) " + String(repeating: "x", count: 200))
          if number % 10 == 0 { try journal.commit(sync: true) }
        }
        #expect(journal.hasRoom)
        _ = try store.put(1000, lines: ["[\"state\"]"])
        journal.append("the last")
        try journal.close()
        let error = #expect(throws: StoreError.self) { try FolderStore(path: data, options: options) }
        #expect(error?.kind == .locked)
        #expect(error?.message.contains("process \(getpid())") == true)
      }
      let store = try FolderStore(path: data, options: options)
      var target = PlainTarget()
      let report = try store.recover(into: &target)
      #expect(target.lines == ["[\"state\"]"])
      #expect(target.payloads == ["the last"])
      #expect(report.lastSequence == 1001)
    }
  }

  @Test func pathsThatCanNotBeAFolder() throws {
    try withFolder { path in
      try Data("x".utf8).write(to: URL(fileURLWithPath: path))
      for bad in [path, path + "/below", "/proc/banyan"] {
        let error = #expect(throws: StoreError.self) { try FolderStore(path: bad) }
        #expect(error?.message.contains(bad) == true)
      }
    }
  }

  @Test func aFullDeviceIsToldAsSuch() throws {
    let file = try #require(try? LocalFileSystem().create("/dev/full"))
    let error = #expect(throws: FileError.self) {
      try Array("x".utf8).withUnsafeBytes { bytes in try file.write(bytes, at: 0) }
    }
    #expect(error?.reason == .full)
    #expect(error?.description == "could not write /dev/full: No space left on device")
  }
}
