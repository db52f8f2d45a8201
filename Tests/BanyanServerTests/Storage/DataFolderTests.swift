import BanyanStore
import Foundation
import StoreTestSupport
import Synchronization
import TestSupport
import Testing

@testable import BanyanServer

/// What lies in the data folder is written through one door, so that a fault that is injected there reaches all of it.
@Suite(.timeLimit(.minutes(2))) struct DataFolderTests {
  /// A folder that isn't there: whatever went past the door would fail, or make it.
  private static let folder = "/no-such-data-folder"

  private static func run(
    _ files: MemoryFiles, _ body: (LiveServer) async throws -> Void = { _ in }
  ) async throws {
    try await LiveServer.run(in: folder) {
      $0.files = files
      $0.tls = .selfSigned
    } body: {
      try await body($0)
    }
  }

  @Test func `All files of a server's data folder go through one file system`() async throws {
    let files = MemoryFiles()
    var identity: String?
    try await Self.run(files) { identity = $0.ready.identity }
    #expect(!FileManager.default.fileExists(atPath: Self.folder))
    let names = files.names.map { String($0.dropFirst(Self.folder.count + 1)) }
    for name in ["token.key", "tls.crt", "tls.key", "audit.jsonl"] { #expect(names.contains(name)) }
    #expect(names.contains { $0.hasPrefix("journal-") } && names.contains { $0.hasPrefix("snapshot-") })
    // The same folder, after the machine lost power.
    var random = SystemRandomNumberGenerator()
    try await Self.run(files.afterPowerLoss(using: &random)) { #expect($0.ready.identity == identity) }
  }

  /// Every call until the folder is read fails in turn: the start ends with words, and the next one works.
  @Test func `A start that fails leaves a folder that the next start takes`() async throws {
    let whole = MemoryFiles()
    let calls = Mutex(0)
    try await LiveServer.run(in: Self.folder) {
      $0.files = whole
      $0.tls = .selfSigned
      $0.onRecovered = { _ in calls.withLock { $0 = whole.calls } }
    } body: { _ in
    }
    let most = calls.withLock { $0 }
    #expect(most > 15)
    for call in 1...most {
      let files = MemoryFiles()
      files.inject(.init(call: call, reason: .full, lasts: false))
      await #expect("call \(call)") { try await Self.run(files) } throws: { "\($0)".contains("injected") }
      // Each of them is tried again in its place: what follows a first start is what follows a failed one.
      if call % 4 == 0 { try await Self.run(files.afterKill()) { #expect($0.ready.identity.count == 32) } }
    }
  }
}
