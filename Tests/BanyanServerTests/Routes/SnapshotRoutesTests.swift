import BanyanJSON
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct SnapshotRoutesTests {
  @Test func `A snapshot is taken and listed`() async throws {
    try await TestServer.run { server in
      _ = try await server.submit([:])
      let taken = try await server.call("POST", "/snapshots")
      #expect(taken.status == 201, "\(taken.body)")
      #expect(taken.body["_status"] == "OK")
      let list = try await server.call("GET", "/snapshots?dates=iso8601")
      #expect(list.items.first?["sequence"] == taken.body["sequence"])
      #expect(list.items.first?["file"]?.string?.contains("/") == false)
      let sizes = try await server.call("GET", "/snapshots?projection=%7B%22size%22:1%7D").items
      #expect(sizes.first?["file"] == list.items.first?["file"] && sizes.first?["sequence"] == nil)
      #expect(try await server.call("POST", "/snapshots", as: .worker).status == 403)
    }
  }
}
