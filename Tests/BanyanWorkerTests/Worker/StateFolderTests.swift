import Foundation
import TestSupport
import Testing

@testable import BanyanWorker

/// A worker's state folder, and what it says of itself.
@Suite struct StateFolderTests {
  private let folder = TestFolder()

  private func identity(_ name: String) throws -> String {
    let state = StateFolder(folder(name))
    let lock = try state.lock()
    defer { close(lock) }
    return try state.identity()
  }

  @Test func itsIdentityStaysAndIsItsOwn() throws {
    let first = try identity("a")
    #expect(first.count == 32)
    #expect(try identity("a") == first)
    #expect(try identity("b") != first)
  }

  /// A copy of a folder, on this machine or another, is another one: its worker doesn't hold what runs from the first.
  @Test func aCopyHasAnotherOneAndAFolderThatWasMovedDoesNot() throws {
    let first = try identity("a")
    try FileManager.default.copyItem(atPath: folder("a"), toPath: folder("copy"))
    #expect(try identity("copy") != first)
    #expect(try identity("a") == first)
    try FileManager.default.moveItem(atPath: folder("a"), toPath: folder("moved"))
    #expect(try identity("moved") == first)
  }
}
