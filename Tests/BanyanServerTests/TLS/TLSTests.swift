import NIOCore
import NIOSSL
import Testing

@testable import BanyanServer

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
  static func listener() throws -> TestListener {
    var listener = TestListener()
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: [.certificate(try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem))],
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)))
    tls.shutdownTimeout = .milliseconds(200)
    listener.configuration.tls = tls
    return listener
  }

  @Test func `Requests and sockets work over TLS`() async throws {
    try await Self.listener().run { port, _ in
      var client = try await RawClient.connect(to: port, isSecure: true)
      for path in ["/a", "/b"] {
        try await client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await client.answer().body == path)
      }
      try await client.send("GET /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      #expect(try await client.answer().body == "/c")
      #expect(await client.rest() == "")

      client = try await RawClient.connect(to: port, isSecure: true)
      try await client.send(Array(RawClient.handshake().utf8) + RawClient.text("early"))
      #expect(try await client.answer(hasBody: false).status == 101)
      #expect(try await client.frame().text == "early")
      let large = String(repeating: "0123456789abcdef", count: 20_000)
      try await client.send(RawClient.text(large))
      #expect(try await client.frame().text == large)
      try await client.send(RawClient.close(1000))
      #expect(try await client.frame().closeCode == 1000)
    }
  }

  @Test func `Plain text, and half a handshake, are closed in time`() async throws {
    var listener = try Self.listener()
    listener.configuration.times.firstHead = .milliseconds(200)
    try await listener.run { port, _ in
      var plain = try await RawClient.connect(to: port)
      try await plain.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(!(await plain.rest()).contains("HTTP"))
      var half = try await RawClient.connect(to: port)
      try await half.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
      #expect(await half.rest() == "")
    }
  }

  @Test func `Others are served while half a handshake hangs`() async throws {
    try await Self.listener().run { port, _ in
      let half = try await RawClient.connect(to: port)
      try await half.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
      var good = try await RawClient.connect(to: port, isSecure: true)
      try await good.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await good.answer().body == "/a")
    }
  }

  /// Made for this test, and used for nothing else.
  private static let key = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFrpoP2aBMglBMBS4
    b2Q+BOLQuGd31/8lQV2wUWQwwxShRANCAARXplfJ4TI4AlPvrUbrW6nN/BTI+QMs
    JB3vKywG8pY+tlyV4jOxLmsA02QfHQT9y9Bi+M6Fzw1M+7jpz2eMpjIX
    -----END PRIVATE KEY-----
    """

  private static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBnDCCAUGgAwIBAgIUXb/+E5C98iPILG5zMQonOPRYPNgwCgYIKoZIzj0EAwIw
    FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNTA0MTEwMloYDzIxMjYxMTAx
    MDQxMTAyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
    PQMBBwNCAARXplfJ4TI4AlPvrUbrW6nN/BTI+QMsJB3vKywG8pY+tlyV4jOxLmsA
    02QfHQT9y9Bi+M6Fzw1M+7jpz2eMpjIXo28wbTAdBgNVHQ4EFgQUmyS5AaMEBSqW
    QQME6jhC1wnY934wHwYDVR0jBBgwFoAUmyS5AaMEBSqWQQME6jhC1wnY934wDwYD
    VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
    zj0EAwIDSQAwRgIhAPFmxf3Qkua7VjDJLyVPMHNZtDnQkeDRs7bzM39MTTIXAiEA
    pftfBdQtGW8SsJRBzuP4Uw7G5ufHj/OqkEnM9FOp8pw=
    -----END CERTIFICATE-----
    """
}
