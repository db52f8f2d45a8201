import Testing

@testable import BanyanServer

@Suite struct RequestGuardTests {
  static func status(_ requestGuard: RequestGuard, host: String?, origin: String?) -> Int {
    do throws(RequestError) {
      try requestGuard.check(host: host, origin: origin)
      return 200
    } catch {
      return error.status.code
    }
  }

  @Test func `An origin is the server's own, an allowed one, or refused`() {
    let requestGuard = RequestGuard(gatekeeper: GatekeeperTests.gatekeeper(), allowedOrigins: ["https://good.example"])
    #expect(Self.status(requestGuard, host: "queue:5100", origin: nil) == 200)
    #expect(Self.status(requestGuard, host: "queue:5100", origin: "http://queue:5100") == 200)
    #expect(Self.status(requestGuard, host: "Queue:5100", origin: "https://queue:5100") == 200)
    #expect(Self.status(requestGuard, host: "queue:5100", origin: "https://good.example") == 200)
    for origin in ["http://queue", "http://queue:51000", "http://evil.example", "null", "", "file://queue:5100"] {
      #expect(Self.status(requestGuard, host: "queue:5100", origin: origin) == 403, "\(origin)")
    }
    #expect(Self.status(requestGuard, host: nil, origin: "http://queue") == 403)
    // A proxy in front of a plain server may end TLS; nothing in front of one that speaks it may leave it out.
    let secure = RequestGuard(gatekeeper: GatekeeperTests.gatekeeper(), isSecure: true)
    #expect(Self.status(secure, host: "queue:5100", origin: "https://queue:5100") == 200)
    #expect(Self.status(secure, host: "queue:5100", origin: "http://queue:5100") == 403)
  }

  @Test func `An open server answers to the names of its own machine alone`() {
    let requestGuard = RequestGuard(gatekeeper: GatekeeperTests.gatekeeper(isOpen: true))
    for host in ["localhost", "LOCALHOST:5100", "127.0.0.1", "127.0.0.1:1", "127.9.9.9", "[::1]", "[::1]:5100"] {
      #expect(Self.status(requestGuard, host: host, origin: nil) == 200, "\(host)")
    }
    for host in [
      nil, "", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0", "[::2]", "10.0.0.1",
    ] {
      #expect(Self.status(requestGuard, host: host, origin: nil) == 403, "\(host ?? "none")")
    }
  }
}
