import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

/// Watchers: in order, no event lost and none twice.
@Suite(.timeLimit(.minutes(2))) struct SubscriptionTests {
  @Test func `Who comes back is told all that came meanwhile, once and in order`() async throws {
    try await TestServer.run { server in
      for index in 0..<20 { _ = try await server.submit(["name": .string("task \(index)")]) }
      var client = try await RawClient.socket(
        to: server.port, headers: ["Authorization: Bearer \(server.tokens[.provider] ?? "")"])
      try await client.send(RawClient.text(#"{"type": "subscribe", "id": 1, "from_sequence": 5}"#))
      let subscribed = try await JSON(parsing: client.frame().payload)
      #expect(subscribed["type"] == "subscribed")
      _ = try await server.submit(["name": "last"])
      var next: Int64 = 6
      while true {
        let message = try await JSON(parsing: client.frame().payload)
        #expect(message["subscription"] == 1)
        #expect(message["sequence"]?.integer == next)
        next += 1
        if message["task"] != nil, next > 24 { break }
      }
      try await client.close()
    }
  }
}
