import BanyanCore
import BanyanJSON
import TestSupport
import Testing

@testable import BanyanServer

/// A whole server on a free port and a folder of its own, for requests from outside.
struct TestServer: Sendable {
  let port: Int
  /// The first users' tokens.
  let tokens: [Role: String]

  struct Reply {
    let status: Int
    let answer: RawClient.Answer
    let body: JSON

    /// The text of the field that is wrong.
    func issue(_ field: String) -> String? { body["_issues"]?[field]?.string }
    var id: String { body["_id"]?.string ?? "none" }
    var items: [JSON] { body["_items"]?.array ?? [] }
    var total: Int64? { body["_meta"]?["total"]?.integer }
  }

  static func run(
    isOpen: Bool = false, configure: (inout ServerConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (TestServer) async throws -> Void
  ) async throws {
    try await run(in: TestFolder(), isOpen: isOpen, configure: configure, body)
  }

  /// The same on a folder that stays.
  static func run<Value: Sendable>(
    in folder: TestFolder, isOpen: Bool = false, configure: (inout ServerConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (TestServer) async throws -> Value
  ) async throws -> Value {
    let change = { (configuration: inout ServerConfiguration) in
      configuration.isOpen = isOpen
      configure(&configuration)
    }
    return try await LiveServer.run(in: folder.path, configure: change) { server in
      let port = server.ready.url.split(separator: ":").last.flatMap { Int($0) } ?? 0
      let tokens = Dictionary(
        server.ready.firstUsers.map { ($0.role, $0.token) }, uniquingKeysWith: { first, _ in first })
      return try await body(TestServer(port: port, tokens: tokens))
    }
  }

  /// One request on a connection of its own.
  /// - Parameters:
  ///   - role: whose token it carries; nil: none.
  ///   - token: another token than that of a first user.
  func call(
    _ method: String, _ path: String, _ body: JSON? = nil, as role: Role? = .provider, token: String? = nil,
    headers: [String] = [], text: String? = nil
  ) async throws -> Reply {
    var client = try await RawClient.connect(to: port)
    let content = text ?? body?.encodedString() ?? ""
    var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"]
    if let token = token ?? role.flatMap({ tokens[$0] }) { lines.append("Authorization: Bearer \(token)") }
    if !content.isEmpty || method == "POST" {
      lines.append("Content-Length: \(content.utf8.count)")
      if !headers.contains(where: { $0.hasPrefix("Content-Type") }) { lines.append("Content-Type: application/json") }
    }
    try await client.send((lines + headers).joined(separator: "\r\n") + "\r\n\r\n" + content)
    let answer = try await client.answer(hasBody: method != "HEAD")
    let json = answer.body.isEmpty ? .null : try? JSON(parsing: answer.body)
    try await client.close()
    return Reply(status: answer.status, answer: answer, body: json ?? .string(answer.body))
  }

  /// Makes a task; its identifier.
  func submit(_ task: JSON) async throws -> String {
    let reply = try await call("POST", "/tasks", task)
    #expect(reply.status == 201, "\(reply.body)")
    return reply.id
  }

  /// A command that reserves next to nothing.
  static let command: JSON = ["command": "true", "requested_resources": ["memory": "1 MiB"], "state": "available"]

  /// Registers the first worker's user over REST; its identifier.
  func registerWorker() async throws -> String {
    let users = try await call("GET", "/users?where=%7B%22role%22:%22worker%22%7D")
    let id = users.items.first?["_id"]?.string ?? "none"
    let reply = try await call(
      "POST", "/registered_workers", ["worker_id": .string(id), "address": ["ip": "worker.example", "port": 1]])
    #expect(reply.status == 201, "\(reply.body)")
    return id
  }
}
