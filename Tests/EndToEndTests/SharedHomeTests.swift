import Foundation
import Testing

/// Several servers whose users share a home directory.
@Suite(.serialized) struct SharedHomeTests {
  /// A home that machines share: the second server's data lie elsewhere, and the first one may be away just now.
  @Test func aSecondServerLeavesTheFirstOnesAccessFolderAlone() throws {
    let site = try Site()
    let first = try site.server()
    func kept() throws -> [Data] {
      try ["access.json", "provider.token", "worker.token"].map {
        try Data(contentsOf: URL(fileURLWithPath: site.path("home/\($0)")))
      }
    }
    let word = try kept()
    func second(_ arguments: String...) throws -> Site.Result {
      try site.run(Site.binary("banyan").path, ["server", "--port", "0", "--data", site.path("other")] + arguments)
    }
    for isAway in [false, true] {
      if isAway {
        first.program.kill(SIGTERM)
        #expect(first.program.waits(for: 20))
      }
      let refused = try second()
      #expect(refused.status == 64 && refused.output.isEmpty)
      for told in [site.path("home"), site.path("data"), first.url, "--access"] {
        #expect(refused.errors.contains(told), "\(told): \(refused.errors)")
      }
      #expect(refused.errors.contains("--force") == isAway, "\(refused.errors)")
      #expect(try kept() == word)
    }
    // Not started by halves: it has no users yet, whose tokens nobody would know.
    #expect(!FileManager.default.fileExists(atPath: site.path("other/audit.jsonl")))

    // With a folder of its own it works; and the first one comes back to its own, on another port.
    let own = try site.server("--access", site.path("other-home"), data: "other")
    #expect(FileManager.default.fileExists(atPath: site.path("other-home/provider.token")))
    let again = try site.server()
    #expect(try site.banyan("list").status == 0)
    again.program.kill(SIGTERM)
    #expect(again.program.waits(for: 20))
    #expect(try Array(kept().dropFirst()) == Array(word.dropFirst()))
    own.program.kill(SIGTERM)
    #expect(own.program.waits(for: 20))
    // A person may say so.
    let forced = try site.server("--force", data: "third")
    #expect(try site.banyan("list").status == 0)
    _ = forced
  }
}
