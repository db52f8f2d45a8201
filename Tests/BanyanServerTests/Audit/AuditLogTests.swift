import BanyanCore
import BanyanJSON
import BanyanStore
import Foundation
import Logging
import NIOPosix
import StoreTestSupport
import Synchronization
import TestSupport
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct AuditLogTests {
  /// What a server wrote that did this.
  private static func entries(
    _ body: @escaping @Sendable (TestServer) async throws -> Void
  ) async throws -> (entries: [JSON], text: String) {
    let folder = TestFolder()
    try await LiveServer.run(in: folder.path) { server in
      let port = server.ready.url.split(separator: ":").last.flatMap { Int($0) } ?? 0
      let tokens = Dictionary(
        server.ready.firstUsers.map { ($0.role, $0.token) }, uniquingKeysWith: { first, _ in first })
      try await body(TestServer(port: port, tokens: tokens))
    }
    let path = folder.path + "/audit.jsonl"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    return (try text.split(separator: "\n").map { try JSON(parsing: String($0)) }, text)
  }

  @Test func `Who did what is written down, refusals too, and no token`() async throws {
    let secret = "a-secret-of-16-characters"
    let (entries, text) = try await Self.entries { server in
      let id = try await server.submit(["name": "one"])
      _ = try await server.call("PATCH", "/tasks/\(id)", ["state": "cancelled"])
      let made = try await server.call("POST", "/users", ["name": "ann", "role": "viewer", "token": .string(secret)])
      _ = try await server.call("DELETE", "/users/\(made.id)")
      let worker = try await server.registerWorker()
      _ = try await server.call("PATCH", "/registered_workers/\(worker)", ["paused": true])
      _ = try await server.call("DELETE", "/tasks/\(id)")
      _ = try await server.call("PATCH", "/tasks/\(id)", ["priority": 1])
    }
    let told = entries.map { entry in
      "\(entry["by"]?.string ?? "") \(entry["action"]?.string ?? "") \(entry["outcome"]?.string ?? "")"
    }
    #expect(
      told == [
        "the server add user done", "the server add user done", "admin submit done", "admin change done",
        "admin add user done", "admin revoke user done", "admin register worker done", "admin change worker done",
        "admin forget done", "admin change refused",
      ])
    #expect(entries.last?["code"] == 404)
    #expect(entries.allSatisfy { $0["time"]?.string?.hasSuffix("Z") == true })
    #expect(!text.contains(secret))
  }

  /// The file is opened and written on a thread of its own: here that thread waits until somebody reads.
  @Test func `A disk that hangs under the audit log holds nobody up`() async throws {
    let folder = TestFolder()
    #expect(mkfifo(folder("audit.jsonl"), 0o600) == 0)
    try await LiveServer.run(in: folder.path) { server in
      let port = server.ready.url.split(separator: ":").last.flatMap { Int($0) } ?? 0
      let server = TestServer(port: port, tokens: [.provider: server.token("admin") ?? ""])
      let id = try await server.submit(TestServer.command)
      #expect(try await server.call("PATCH", "/tasks/\(id)", ["state": "cancelled"]).status == 200)
      #expect(try await server.call("POST", "/snapshots").status == 201)
      // Lets it go, so that the server can end.
      let reader = open(folder("audit.jsonl"), O_RDONLY | O_NONBLOCK)
      #expect(reader >= 0)
    }
  }

  /// What a disk does that is full for a while: nobody is held up, the trouble is told once, what came meanwhile is lost,
  /// and what comes afterwards is written.
  @Test func `A full disk is told once, and ends with whole lines`() async throws {
    let files = MemoryFiles()
    let told = ToldErrors()
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let audit = AuditLog(
      folder: "/data", files: files, loop: loop, clock: SystemTimekeeper(),
      logger: Logger(label: "test") { _ in told })
    func note(_ name: String) async throws {
      audit.note(AuditEntry(by: name, action: "submit"))
      try await loop.submit {}.get()
    }
    try await note("ann")
    files.inject(.init(call: files.calls + 1, reason: .full, lasts: true))
    for name in ["bob", "cid", "dee"] { try await note(name) }
    #expect(told.messages == ["The audit log can't be written."])
    files.inject(nil)
    try await note("eve")
    // Halfway through a line the disk is full again: it is another trouble.
    files.inject(.init(call: files.calls + 5, reason: .full, lasts: true))
    try await note("fay")
    #expect(told.messages.count == 2)
    files.inject(nil)
    try await note("gus")
    let lines = String(decoding: files["/data/audit.jsonl"] ?? [], as: UTF8.self).split(separator: "\n")
    #expect(try lines.map { try JSON(parsing: String($0))["by"]?.string } == ["ann", "eve", "gus"])
  }

  @Test func `Each part of the server has a thread of its own`() async throws {
    let threads = ServerThreads()
    let loops = ServerThreads.Part.allCases.map { threads[$0] }
    #expect(Set(loops.map { ObjectIdentifier($0) }).count == ServerThreads.Part.allCases.count)
    for part in ServerThreads.Part.allCases { #expect(threads[part] === threads[part]) }
    try await threads.end()
  }

  @Test func `A report of an attempt that is another's is written down`() async throws {
    let (entries, _) = try await Self.entries { server in
      let worker = try await server.registerWorker()
      let id = try await server.submit(TestServer.command)
      let claim: JSON = ["state": "running", "update_execution_data": ["worker_id": .string(worker)]]
      #expect(try await server.call("PATCH", "/tasks/\(id)", claim, as: .worker).status == 200)
      let forged: JSON = [
        "state": "terminated",
        "update_execution_data": [
          "token": "1-1-AAAA", "exit_status": "success", "time_terminated": "2026-11-25T10:00:00.000Z",
        ],
      ]
      #expect(try await server.call("PATCH", "/tasks/\(id)", forged, as: .worker).status == 403)
    }
    let refused = entries.filter { $0["action"] == "report" }
    #expect(refused.count == 1)
    #expect(refused.first?["by"] == "worker")
    #expect(refused.first?["code"] == 403)
  }
}

/// Keeps what was told as an error.
private struct ToldErrors: LogHandler {
  private final class Store: Sendable {
    let messages = Mutex<[String]>([])
  }
  private let store = Store()
  var logLevel = Logger.Level.error
  var metadata: Logger.Metadata = [:]

  var messages: [String] { store.messages.withLock { $0 } }

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { store.messages.withLock { $0.append("\(event.message)") } }
}
