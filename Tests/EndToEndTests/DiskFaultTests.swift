import Foundation
import Testing

/// What disks do to a server, with real ones: a small file system that fills up, one that is read-only, system calls
/// that fail. Each is skipped, with words, where the machine doesn't let a test do that.
@Suite(.serialized) struct DiskFaultTests {
  private static let canMount = Mount.isPossible
  private static let canTrace = (try? Site().run("/usr/bin/env", ["strace", "-o", "/dev/null", "true"]).status) == 0

  @Test func twoServersOneFolder() throws {
    let site = try Site()
    let server = try site.server()
    let second = try site.banyan("server", "--port", "0", "--data", site.path("data"))
    #expect(second.status == 69)
    #expect(second.errors.contains("another server (process \(server.program.id)) works on the data folder"))
    for command in ["verify", "repair"] {
      let refused = try site.banyan("snapshot", command, "--data", site.path("data"))
      #expect(refused.status == 69, "\(refused.errors)")
    }
    #expect(try site.banyan("list").status == 0)
  }

  @Test(.enabled(if: canMount, "this machine doesn't let a test mount a file system"))
  func aReadOnlyFolderIsAClearError() throws {
    let site = try Site()
    let mount = try Mount(site.path("disk"), "size=1m,ro")
    let refused = try site.banyan("server", "--port", "0", "--data", mount.path + "/data")
    #expect(refused.status == 64 || refused.status == 69)
    #expect(refused.errors.contains(mount.path + "/data"))
    #expect(refused.errors.contains("--data"))
    let inside = try site.banyan("server", "--port", "0", "--data", mount.path)
    #expect(inside.status == 69)
    #expect(inside.errors.contains("can't be written"))
  }

  @Test(.enabled(if: canMount, "this machine doesn't let a test mount a file system"))
  func aFullDiskTakesNoTasksAndComesBackByItself() throws {
    let site = try Site()
    let mount = try Mount(site.path("disk"), "size=80m")
    let server = try site.start(
      Site.binary("banyan").path, ["server", "--port", "0", "--data", mount.path + "/data"])
    _ = try #require(server.firstLine(within: 30))
    let first = try site.output("submit", "-o", "ids", "--hold", "--", "true")
    // One segment and its spare are there; there is no room for a third.
    let ballast = mount.path + "/ballast"
    _ = try site.run("/bin/sh", ["-c", "head -c 100m /dev/zero > '\(ballast)' || true"])
    let large = String(repeating: "x", count: 100_000)
    var refusal: Site.Result?
    for round in 0..<12 where refusal == nil {
      let tasks = (0..<40).map { "  t\($0): {run: \"true # \(large)\"}\n" }.joined()
      try site.write("large.yaml", "name: round\(round)\ntasks:\n" + tasks)
      let result = try site.banyan("submit", "-o", "ids", site.path("large.yaml"))
      if result.status != 0 { refusal = result }
    }
    let refused = try #require(refusal)
    #expect(refused.status == 69)
    #expect(refused.errors.contains("full"))
    // Reads go on, and so do cancellations.
    #expect(try site.field("state", of: first) == "available")
    #expect(try site.banyan("cancel", first).status == 0)
    #expect(try site.field("state", of: first) == "cancelled")
    // A snapshot finds no room: the old files are kept, and it is told.
    #expect(try site.banyan("snapshot", "now").status == 69)
    let ready = try site.run("/usr/bin/env", ["curl", "-s", try #require(server.firstLine(within: 1)) + "/readyz"])
    #expect(ready.output.contains("The journal's disk is full"))
    #expect(ready.output.contains("No snapshot could be taken"))
    #expect(
      try !FileManager.default.contentsOfDirectory(atPath: mount.path + "/data").contains { $0.hasSuffix("jsonl.tmp") })

    try FileManager.default.removeItem(atPath: ballast)
    try site.until("new tasks are taken again", within: 20) {
      try site.banyan("submit", "-o", "ids", "--", "true").status == 0
    }
    server.kill()
    #expect(server.waits(for: 10))
    #expect(try site.banyan("snapshot", "verify", "--data", mount.path + "/data").status == 0)
  }

  /// A sync that fails: nobody gets an answer any more, the process ends, and the next start has all that was
  /// acknowledged.
  @Test(
    .enabled(if: canTrace, "strace is not there, or may not trace"), arguments: ["fdatasync", "pwrite64"])
  func aCallThatFailsEndsTheServerAndLosesNothing(call: String) throws {
    let site = try Site()
    let server = try site.start(
      "/usr/bin/env",
      [
        "strace", "-f", "-q", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(call):error=EIO:when=40+",
        Site.binary("banyan").path, "server", "--port", "0", "--data", site.path("data"),
      ])
    _ = try #require(server.firstLine(within: 30))
    var acknowledged: [String] = []
    // strace counts the calls of each thread by itself, and two write the journal: after 80 one of them has had its 40.
    for number in 0..<80 {
      let result = try site.banyan("submit", "-o", "ids", "--name", "t\(number)", "--", "true", limit: 30)
      guard result.status == 0 else { break }
      acknowledged.append(result.output.trimmingCharacters(in: .newlines))
    }
    // Without an end there is no status to be asked for.
    try #require(server.waits(for: 20), "the server goes on after \(call) failed")
    #expect(server.status == 74)
    #expect(server.errors.contains("Input/output error"))
    #expect(acknowledged.count < 80)
    let again = try site.server()
    let there = Set(try site.list().compactMap { $0["_id"] as? String })
    #expect(there.isSuperset(of: acknowledged))
    #expect(there.count <= acknowledged.count + 1)
    again.program.kill()
  }
}

/// A small file system of its own.
final class Mount {
  let path: String

  init(_ path: String, _ options: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard Self.run("/bin/mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]) else {
      throw Site.Trouble("\(path) could not be mounted")
    }
  }

  deinit { _ = Self.run("/bin/umount", ["-l", path]) }

  static var isPossible: Bool {
    guard let site = try? Site(), (try? Mount(site.path("probe"), "size=1m")) != nil else { return false }
    return true
  }

  private static func run(_ program: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

extension Site {
  func write(_ name: String, _ text: String) throws {
    try text.write(toFile: path(name), atomically: true, encoding: .utf8)
  }
}
