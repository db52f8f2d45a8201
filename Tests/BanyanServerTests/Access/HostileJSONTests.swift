import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

/// JSON that was made to hurt, through both doors: each gets an error that names the field or the position, and nothing
/// is made.
@Suite(.timeLimit(.minutes(2))) struct HostileJSONTests {
  /// A task's text, the status, and a word that the error has.
  private static let tasks: [(String, Int64, String)] = [
    (#"{"name": "a", "name": "b"}"#, 400, "name"),
    (#"{"labels": {"k": "1", "k": "2"}}"#, 400, "k"),
    (#"{"priority": 9223372036854775808}"#, 400, "column"),
    (#"{"priority": 9223372036854775807}"#, 422, "priority"),
    (#"{"priority": 1e999}"#, 400, "column"), (#"{"priority": -1e999}"#, 400, "column"),
    (#"{"priority": 1e300}"#, 422, "priority"), (#"{"priority": NaN}"#, 400, "column"),
    (#"{"name": "a\u0000b"}"#, 400, "column"), (#"{"na\u0000me": 1}"#, 400, "column"),
    (#"{"name": "\ud800"}"#, 400, "column"), (#"{"name": 5}"#, 422, "name"), (#"{"name": null, "x": 1}"#, 422, "x"),
    (#"{"name": "a",}"#, 400, "column"), (#"{'name': "a"}"#, 400, "column"), (#"{"name": "a"} x"#, 400, "column"),
    (#"{"labels": "# + String(repeating: "[", count: 100_000) + "}", 413, "deep"),
    (String(repeating: #"{"labels":"#, count: 100_000), 413, "deep"),
    (#"{"arguments": ["# + String(repeating: "1,", count: 1_000_001) + "1]}", 413, "1000000"),
  ]

  @Test func `Requests`() async throws {
    try await TestServer.run { server async throws in
      for (text, status, word) in Self.tasks {
        let reply = try await server.call("POST", "/tasks", text: text)
        #expect(Int64(reply.status) == status, "\(text.prefix(60)): \(reply.body)")
        #expect(reply.answer.body.contains(word), "\(text.prefix(60)): \(reply.body)")
      }
      #expect(try await server.call("GET", "/tasks").total == 0)
    }
  }

  @Test func `Messages`() async throws {
    try await TestServer.run { server async throws in
      var client = try await server.socket()
      for (text, status, word) in Self.tasks {
        let answer = try await client.ask(#"{"type": "submit", "id": 1, "tasks": ["# + text + "]}")
        #expect(answer["type"] == "error" && answer["code"] == .integer(status), "\(text.prefix(60)): \(answer)")
        #expect(answer.encodedString().contains(word), "\(text.prefix(60)): \(answer)")
      }
      // None of it was a reason to cut the connection; what isn't a request at all isn't either.
      for text in ["", "17", "[]", "null", #"{"type": 5}"#, #"{"type": "nosuch"}"#, #"{"type": "get", "id": {}}"#] {
        #expect(try await client.ask(text)["type"] == "error", "\(text)")
      }
      let unknown = try await client.ask(#"{"type": "get", "id": 2, "nosuch": 1}"#)
      #expect(unknown["type"] == "items" && unknown["meta"]?["total"] == 0)
      try await client.close()
    }
  }
}
