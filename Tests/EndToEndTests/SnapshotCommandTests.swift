import Foundation
import Testing

/// `banyan snapshot`, with a server and without.
@Suite(.serialized) struct SnapshotCommandTests {
  /// A data folder that a server has filled and left: 20 tasks, of which one was cancelled.
  private func filled(_ site: Site) throws -> [String] {
    let server = try site.server()
    var ids: [String] = []
    for number in 0..<20 {
      ids.append(try site.output("submit", "-o", "ids", "--name", "t\(number)", "--hold", "--", "true"))
    }
    let file = try site.output("snapshot", "now")
    #expect(FileManager.default.fileExists(atPath: site.path("data/\(file)")))
    try site.output("cancel", ids[0])
    server.program.kill()
    #expect(server.program.waits(for: 10))
    return ids
  }

  private func snapshot(_ site: Site, _ command: String, _ arguments: String..., data: String = "data") throws
    -> Site.Result
  {
    try site.run(Site.binary("banyan").path, ["snapshot", command, "--data", site.path(data)] + arguments)
  }

  @Test func showTellsWhatAStartWouldFind() throws {
    let site = try Site()
    let ids = try filled(site)
    let all = try snapshot(site, "show", "-o", "ids")
    #expect(Set(all.output.split(separator: "\n").map(String.init)) == Set(ids))
    // The cancellation is in the journal alone.
    #expect(try snapshot(site, "show", "--state", "cancelled", "-o", "ids").output == ids[0] + "\n")
    #expect(try snapshot(site, "show", "--where", #"{"name": "t7"}"#, "-o", "ids").output == ids[7] + "\n")
    #expect(try snapshot(site, "show", "--kind", "users", "-o", "jsonl").output.contains(#""role":"provider""#))
    #expect(try snapshot(site, "show", "--where", #"{"nmae": "t7"}"#).status == 64)
    #expect(try snapshot(site, "show", data: "nothing").status == 66)
    #expect(!FileManager.default.fileExists(atPath: site.path("nothing")))
  }

  @Test func whatIsExportedIsImportedAndServed() throws {
    let site = try Site()
    let ids = try filled(site)
    #expect(try snapshot(site, "export", site.path("queue.jsonl")).status == 0)
    #expect(try snapshot(site, "export", site.path("queue.jsonl")).status == 64, "it is not written over")
    #expect(try snapshot(site, "import", site.path("queue.jsonl"), data: "other").status == 0)
    #expect(try snapshot(site, "import", site.path("queue.jsonl"), data: "other").status == 64, "nor is a queue")
    #expect(try snapshot(site, "verify", data: "other").status == 0)
    let server = try site.server(data: "other")
    #expect(Set(try site.list().compactMap { $0["_id"] as? String }) == Set(ids))
    server.program.kill()
  }

  @Test func aFolderThatCannotBeWrittenIsVerifiedWhereItCanBeRead() throws {
    let site = try Site()
    _ = try filled(site)
    let manager = FileManager.default
    try manager.setAttributes([.posixPermissions: 0o500], ofItemAtPath: site.path("data"))
    try manager.setAttributes([.posixPermissions: 0o400], ofItemAtPath: site.path("data/lock"))
    defer { try? manager.setAttributes([.posixPermissions: 0o700], ofItemAtPath: site.path("data")) }
    let result = try snapshot(site, "verify")
    #expect(result.status == 0 && result.output.contains("sound: a start comes to"), "\(result.errors)")
    #expect(!result.errors.contains("token"), "\(result.errors)")
    // Who may write everywhere (root) is kept from nothing.
    if access(site.path("data/lock"), W_OK) != 0 { #expect(result.errors.contains("can't be written")) }
  }

  @Test func aDamagedJournalIsRefusedAndRepairedOnRequest() throws {
    let site = try Site()
    let ids = try filled(site)
    #expect(try snapshot(site, "verify").status == 0)
    #expect(try snapshot(site, "repair", "--yes").errors.contains("nothing to repair"))
    let segment = site.path("data/journal-00000000000000000001.log")
    let file = try #require(FileHandle(forUpdatingAtPath: segment))
    let size = try file.seekToEnd()
    try file.seek(toOffset: 0)
    let bytes = try #require(try file.readToEnd())
    let end = try #require(bytes.lastIndex { $0 != 0 })
    try file.seek(toOffset: UInt64(end / 2))
    file.write(Data(repeating: 0xEE, count: 16))
    try file.close()
    #expect(size == 16 << 20)
    // The newest snapshot is behind the damage, and yet: what lies in the middle of the journal is needed for the older.
    let refused = try site.banyan("server", "--port", "0", "--data", site.path("data"))
    #expect(refused.status == 69)
    #expect(refused.errors.contains("is damaged at byte"))
    #expect(refused.errors.contains(segment))
    let verified = try snapshot(site, "verify")
    #expect(verified.status == 1)
    #expect(verified.output.contains("WRONG"))
    #expect(try snapshot(site, "repair").status == 64, "it wants to be told")
    let repaired = try snapshot(site, "repair", "--yes")
    #expect(repaired.status == 0, "\(repaired.errors)")
    #expect(FileManager.default.fileExists(atPath: site.path("data.backup-1/journal-00000000000000000001.log")))
    let server = try site.server()
    #expect(Set(try site.list().compactMap { $0["_id"] as? String }).isSubset(of: ids))
    server.program.kill()
  }

  /// No token lies in the folder, stands in a log or a command line, or reaches a task; but where it was put for its
  /// owner.
  @Test func noTokenIsAnywhere() throws {
    let site = try Site()
    let server = try site.server("--snapshot-every", "1s")
    let canary = try site.output("users", "add", "canary", "--role", "provider")
    let home = site.path("home")
    var tokens = [canary]
    for name in try FileManager.default.contentsOfDirectory(atPath: home) where name.hasSuffix(".token") {
      tokens.append(
        try String(contentsOfFile: home + "/" + name, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines))
    }
    #expect(tokens.count == 3)
    try site.write("canary.token", canary)
    let worker = try site.worker("one")
    let id = try site.output(
      "submit", "-o", "ids", "--token-file", site.path("canary.token"), "--wait", "--", "sh", "-c",
      "env; tr '\\0' ' ' </proc/$PPID/cmdline; tr '\\0' ' ' </proc/$PPID/environ")
    var places = [("the log of the server", server.program.errors), ("the log of the worker", worker.errors)]
    places.append(("the task's output", try site.banyan("logs", String(id.prefix(24))).output))
    for process in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int(process) != nil {
      guard let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { continue }
      places.append(("the command line of \(process)", String(decoding: line, as: UTF8.self)))
    }
    try site.output("snapshot", "now")
    server.program.kill(SIGTERM)
    #expect(server.program.waits(for: 20))
    var files = 0
    let folder = try #require(FileManager.default.enumerator(atPath: site.path("data")))
    for case let name as String in folder {
      guard let bytes = FileManager.default.contents(atPath: site.path("data/\(name)")) else { continue }
      files += 1
      places.append((name, String(decoding: bytes, as: UTF8.self)))
    }
    #expect(files >= 4)
    #expect(places.contains { $0.1.contains("canary") }, "the user's name is there")
    for (place, text) in places {
      for token in tokens { #expect(!text.contains(token), "\(place) holds a token") }
    }
  }
}
