import BanyanClient
import NIOCore
import NIOSSL
import TestSupport
import Testing

@testable import BanyanServer

/// Our clients and a server whose certificate is its own.
@Suite(.timeLimit(.minutes(1))) struct PinningTests {
  private static func run(_ body: @escaping @Sendable (LiveServer, ServerAddress) async throws -> Void)
    async throws
  {
    let folder = TestFolder()
    try await LiveServer.run(in: folder.path, configure: { $0.tls = .selfSigned }) { server async throws in
      #expect(server.ready.url.hasPrefix("https://"))
      try await body(server, ServerAddress(server.ready.url))
    }
  }

  private static func failure(
    _ address: ServerAddress, _ fingerprint: String?
  ) async throws -> ConnectionError? {
    let client = try HTTPClient(
      Credentials(address: address, token: nil, fingerprint: fingerprint), answerLimit: .seconds(10))
    do {
      try await client.json(.get, "/healthz")
      await client.close()
      return nil
    } catch let error as ConnectionError {
      return error
    }
  }

  @Test func `The pinned certificate is taken, for requests and for sockets, however it is written`() async throws {
    try await Self.run { server, address async throws in
      let pin = try #require(server.ready.fingerprint)
      #expect(try await Self.failure(address, pin) == nil)
      let colons = stride(from: 0, to: pin.count, by: 2).map { pin.dropFirst($0).prefix(2).uppercased() }
      #expect(try await Self.failure(address, colons.joined(separator: ":")) == nil)
      let provider = try server.client(server.token("admin"))
      try await connected(provider) {
        let answer = try await provider.request("submit", ["tasks": [["name": "over TLS"]]])
        #expect(answer["type"] == "submitted")
      }
    }
  }

  @Test func `Another certificate, or one that nobody pinned, is not`() async throws {
    try await Self.run { server, address async throws in
      let pin = try #require(server.ready.fingerprint)
      let other = (pin.hasPrefix("0") ? "1" : "0") + pin.dropFirst()
      for wrong in [other, String(pin.dropLast()), "", nil] {
        guard case .untrusted(let name, let reason) = try await Self.failure(address, wrong) else {
          Issue.record("it was taken for \(wrong ?? "none")")
          continue
        }
        #expect(name == "\(address)" && reason.contains("access folder"), "\(reason)")
      }
      // The token must not have been sent, nor anything else: the socket client fails alike.
      var options = SocketOptions()
      options.persistence = .once
      let client = try ProviderClient(
        Credentials(address: address, token: server.token("admin"), fingerprint: other), options: options)
      do {
        try await client.run()
        Issue.record("the socket client took another certificate")
      } catch {
        guard case ConnectionError.untrusted = error else { throw error }
      }
    }
  }

  @Test func `The wrong scheme is told in words`() async throws {
    try await Self.run { server, address async throws in
      var plain = address
      plain.isSecure = false
      #expect(try await Self.failure(plain, nil) != nil)
    }
    let folder = TestFolder()
    try await LiveServer.run(in: folder.path) { server in
      var secure = try ServerAddress(server.ready.url)
      secure.isSecure = true
      guard case .notBanyan(_, let reason) = try await Self.failure(secure, nil) else {
        Issue.record("plain HTTP was taken for TLS")
        return
      }
      #expect(reason.contains("http://"))
    }
  }

  @Test func `Nothing older than TLS 1.3 is spoken`() async throws {
    try await Self.run { _, address async throws in
      for (version, isSpoken) in [(TLSVersion.tlsv12, false), (.tlsv13, true)] {
        let outcome = try await Self.handshake(address.port, atMost: version)
        #expect(outcome == isSpoken, "\(version)")
      }
    }
  }

  /// Whether a handshake with this version at most comes to an answer.
  private static func handshake(_ port: Int, atMost version: TLSVersion) async throws -> Bool {
    var client = try await RawClient.connect(to: port, isSecure: true, newest: version)
    do {
      try await client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
      return try await client.answer().status == 200
    } catch {
      return false
    }
  }
}
