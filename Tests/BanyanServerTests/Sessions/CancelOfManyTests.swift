import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

/// One cancel of thousands, over real sockets, while workers claim them as fast as they can.
@Suite(.timeLimit(.minutes(2))) struct CancelOfManyTests {
  private static let count = 2_000
  /// So many were claimed by the first worker when the command comes.
  private static let before = 50
  private static let resources =
    #""resources": {"cpu_memory_bytes": 1000000000000, "cpu_cores": 1000, "gpus": [], "max_tasks": 100000}"#

  /// Claims one after the other until nothing is left.
  private static func claimAll(
    _ server: TestServer, _ name: String, begun: AsyncStream<Void>.Continuation
  ) async throws -> Int {
    var client = try await server.socket(.worker)
    let welcome = try await client.ask(
      #"{"type": "hello", "id": 0, "name": "\#(name)", "instance": "1", "version": "1", \#(resources)}"#)
    #expect(welcome["type"] == "welcome", "\(welcome)")
    var claimed = 0
    while true {
      var answer = try await client.ask(#"{"type": "claim", "id": 1, "max": 1, \#(resources)}"#)
      // Orders to end what it holds come in between.
      while answer["type"] != "claimed" { answer = try await client.message() }
      guard answer["tasks"]?[0] != nil else { break }
      claimed += 1
      if claimed == before { begun.finish() }
    }
    begun.finish()
    try await client.close()
    return claimed
  }

  @Test func `None begins during the command or behind it`() async throws {
    try await TestServer.run { server async throws in
      for _ in 0..<4 {
        let batch = JSON.array((0..<Self.count / 4).map { _ in TestServer.command })
        #expect(try await server.call("POST", "/tasks", batch).status == 201)
      }
      var provider = try await server.socket()
      let start = try await provider.ask(#"{"type": "get", "id": 1, "max_results": 1}"#)["sequence"]?.integer ?? 0
      let (begins, begun) = AsyncStream<Void>.makeStream()
      let claimed = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<3 {
          group.addTask { try await Self.claimAll(server, "w\(number)", begun: begun) }
        }
        for await _ in begins {}
        let answer = try await provider.ask(
          #"{"type": "cancel", "id": 2, "where": {"state": {"$in": ["available", "running"]}}}"#)
        #expect(answer["type"] == "cancelled", "\(answer)")
        return try await group.reduce(0, +)
      }
      #expect((Self.before..<Self.count).contains(claimed), "\(claimed) were claimed before the command")
      // In the order of the journal: all claims, then nothing but ends.
      #expect(
        try await provider.ask(#"{"type": "subscribe", "id": 3, "from_sequence": \#(start)}"#)["type"] == "subscribed")
      var (claims, cancelled, ordered) = (0, 0, 0)
      while cancelled + ordered < Self.count {
        let event = try await provider.message()
        switch event["state"]?.string {
        case "running":
          claims += 1
          #expect(cancelled + ordered == 0, "\(event) comes behind the command")
        case "cancelled": cancelled += 1
        case "pending_cancellation": ordered += 1
        default: break
        }
      }
      #expect(claims == claimed && ordered == claimed && cancelled == Self.count - claimed)
      let left = try await server.call("GET", "/tasks?where=%7B%22state%22:%22running%22%7D")
      #expect(left.total == 0, "\(left.body)")
      try await provider.close()
    }
  }
}
