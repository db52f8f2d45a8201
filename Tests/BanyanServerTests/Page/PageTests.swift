import BanyanCore
import BanyanJSON
import Foundation
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct PageTests {
  @Test func `The page is served without a token and may do nothing but what it is for`() async throws {
    try await TestServer.run { server in
      let page = try await server.call("GET", "/", as: nil)
      #expect(page.status == 200)
      #expect(page.answer.header("Content-Type") == "text/html; charset=utf-8")
      let policy = page.answer.header("Content-Security-Policy") ?? ""
      #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"))
      #expect(!policy.contains("unsafe"))
      #expect(page.answer.body.contains("<title>Banyan</title>"))
      for file in Page.parts {
        let part = try await server.call("GET", "/page/\(file.name)", as: nil)
        #expect(part.status == 200)
        #expect(part.answer.header("Content-Type") == "\(file.type); charset=utf-8")
        #expect(part.answer.header("X-Content-Type-Options") == "nosniff")
        #expect(Array(part.answer.body.utf8) == file.bytes)
      }
      #expect(try await server.call("GET", "/page/../page/none.js", as: nil).status == 404)
    }
  }

  @Test func `Nothing of it comes from elsewhere, and nothing that the queue says becomes markup`() {
    for file in Page.parts + [Page.document] {
      let text = String(decoding: file.bytes, as: UTF8.self).replacing("http://www.w3.org/2000/svg", with: "")
      for word in ["http://", "https://", "innerHTML", "outerHTML", "insertAdjacentHTML", "@import", "url(", "eval("] {
        #expect(!text.contains(word), "\(file.name): \(word)")
      }
    }
  }

  @Test func `All that it loads is there`() throws {
    let names = Set(Page.parts.map(\.name))
    for file in Page.parts + [Page.document] {
      let text = String(decoding: file.bytes, as: UTF8.self)
      for match in text.matches(of: /(?:from "\.\/|(?:src|href)="page\/)([^"]+)"/) {
        #expect(names.contains(String(match.output.1)), "\(file.name) loads \(match.output.1)")
      }
    }
  }

  @Test func `Its feed begins with what there is and tells what changes`() async throws {
    try await TestServer.run { server in
      #expect(try await server.call("GET", "/live", as: nil).status == 401)
      _ = try await server.submit(["name": "before"])
      var client = try await RawClient.connect(to: server.port)
      let token = server.tokens[.provider] ?? ""
      try await client.send("GET /live HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\r\n")
      let first = try await Self.event(&client)
      #expect(first["states"]?["inactive"] == 1)
      #expect(first["newest"]?[0]?["name"] == "before")
      #expect(first["queues"]?["default"]?["inactive"] == 1)
      _ = try await server.submit(["name": "after"])
      let second = try await Self.event(&client)
      #expect(second["states"]?["inactive"] == 2)
      #expect(second["newest"]?[0]?["name"] == "after")
      try await client.close()
    }
  }

  /// The next event, out of a chunked body.
  private static func event(_ client: inout RawClient) async throws -> JSON {
    let line = try await client.take { bytes -> String? in
      let text = String(decoding: bytes, as: UTF8.self)
      guard let start = text.range(of: "data: "), let end = text[start.upperBound...].range(of: "\n\n") else {
        return nil
      }
      bytes = bytes.dropFirst(text[..<end.upperBound].utf8.count)
      return String(text[start.upperBound..<end.lowerBound])
    }
    return try JSON(parsing: line)
  }

  @Test func `Of the newest and of those that failed last fifty are kept`() {
    var recent = RecentTasks()
    let ids = (0..<60).map { TaskID(seconds: UInt32($0), rest: 1) }
    for id in ids {
      recent.created(id)
      recent.failed(id)
    }
    #expect(Array(recent.newest) == Array(ids.suffix(50)))
    #expect(Array(recent.failed) == Array(ids.suffix(50)))
  }
}
