import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

/// What a list shows beside jobs.
@Suite(.timeLimit(.minutes(2))) struct JobGlanceTests {
  private static let job: JSON = [
    "tasks": [
      ["name": "a", "arguments": ["fit", "x y"], "requested_resources": ["memory": "1 MiB"], "held": true],
      ["name": "b", "command": "true", "requested_resources": ["memory": "1 MiB"], "after": "a"],
      ["name": "c", "command": "true", "requested_resources": ["memory": "1 MiB"]],
    ]
  ]

  @Test func `What it runs, why it waits and what failed is told of several at once`() async throws {
    try await TestServer.run { server in
      for _ in 0..<2 { #expect(try await server.call("POST", "/jobs", Self.job).status == 201) }
      let told = try await server.call("GET", "/jobs/glance?numbers=2,9,1")
      #expect(told.status == 200, "\(told.body)")
      #expect(told.items.map { $0["number"] } == [2, 1], "those that are not there are left out")
      #expect(told.items[0]["command"] == "fit x y")
      #expect(told.items[0]["why"]?["reason"] == "held" && told.items[0]["why"]?["member"] == 1)
      #expect(told.items[0]["failure"] == nil && told.items[0]["estimated_end"] == nil)
      #expect(try await server.call("PATCH", "/jobs/1", ["state": "cancelled"]).status == 200)
      let ended = try await server.call("GET", "/jobs/glance?numbers=1&dates=iso8601").items
      #expect(ended.first?["failure"]?["outcome"] == "cancelled" && ended.first?["why"] == nil, "\(ended)")
      #expect(try await server.call("POST", "/jobs/1/retry").status == 201)
      let again = try await server.call("GET", "/jobs/glance?numbers=1&dates=iso8601").items
      #expect(again.first?["since"]?.string?.hasSuffix("Z") == true, "it counts from the retry: \(again)")
    }
  }

  @Test func `Numbers that are none are refused`() async throws {
    try await TestServer.run { server in
      for query in ["", "?numbers=", "?numbers=0", "?numbers=1,", "?numbers=x", "?numbers=-1", "?number=1"] {
        let answer = try await server.call("GET", "/jobs/glance\(query)")
        #expect(answer.status == 422, "\(query)")
      }
      let many = (1...129).map { "\($0)" }.joined(separator: ",")
      let answer = try await server.call("GET", "/jobs/glance?numbers=\(many)")
      #expect(answer.status == 422)
    }
  }
}
