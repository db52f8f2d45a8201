import BanyanCore
import BanyanJSON
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(2))) struct UserRoutesTests {
  @Test func `A user gets a token once, uses it, and loses it`() async throws {
    try await TestServer.run { server in
      let made = try await server.call("POST", "/users", ["name": "ann", "role": "provider"])
      #expect(made.status == 201)
      #expect(made.answer.header("cache-control") == "no-store")
      let token = made.body["token"]?.string
      #expect(token?.count == 43)
      #expect(try await server.call("GET", "/users", token: token).total == 3)
      let shown = try await server.call("GET", "/users/\(made.id)")
      #expect(shown.body["name"] == "ann")
      #expect(shown.body["token"] == nil)
      #expect(try await server.call("POST", "/users", ["name": "ann", "role": "worker"]).status == 422)
      #expect(try await server.call("POST", "/users", ["name": "x", "role": "king"]).issue("role") != nil)
      #expect(try await server.call("GET", "/users", as: .worker).status == 403)
      #expect(try await server.call("DELETE", "/users/\(made.id)").status == 204)
      #expect(try await server.call("GET", "/users", token: token).status == 401)
      #expect(try await server.call("DELETE", "/users/\(made.id)").status == 404)
    }
  }

  @Test func `The sockets of a revoked user are closed`() async throws {
    try await TestServer.run { server async throws in
      for role in ["worker", "provider"] {
        let made = try await server.call("POST", "/users", ["name": .string("a \(role)"), "role": .string(role)])
        let token = made.body["token"]?.string ?? ""
        var socket = try await RawClient.socket(to: server.port, headers: ["Authorization: Bearer \(token)"])
        // It has been heard: any word will do.
        try await socket.send(RawClient.text("{}"))
        #expect(try await socket.frame().text.contains("error"))
        #expect(try await server.call("DELETE", "/users/\(made.id)").status == 204)
        #expect(try await socket.frame().closeCode == 1008)
      }
    }
  }

  @Test func `The last provider stays`() async throws {
    try await TestServer.run { server in
      let providers = try await server.call("GET", #"/users?where={"role":"provider"}"#)
      let id = providers.items.first?["_id"]?.string ?? ""
      #expect(try await server.call("DELETE", "/users/\(id)").status == 422)
    }
  }

  @Test func `A token may be chosen, and is never repeated in an error`() async throws {
    try await TestServer.run { server in
      let chosen = "chosen-by-somebody"
      let made = try await server.call("POST", "/users", ["name": "bob", "role": "viewer", "token": .string(chosen)])
      #expect(made.body["token"] == .string(chosen))
      #expect(try await server.call("GET", "/tasks", token: chosen).status == 200)
      let short = try await server.call(
        "POST", "/users", ["name": "eve", "role": "viewer", "token": "secret:secret:secret"])
      #expect(short.status == 422)
      #expect(!short.answer.body.contains("secret:"))
    }
  }
}
