import Foundation
import Testing

/// The command, the worker and curl against a server that speaks TLS.
@Suite(.serialized) struct TLSCommandTests {
  private func access(_ site: Site) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: site.path("home/access.json")))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func curl(_ site: Site, _ arguments: String...) throws -> (status: Int32, output: String) {
    let result = try site.run("/usr/bin/env", ["curl", "-sS", "-w", "%{http_code}"] + arguments)
    return (result.status, result.output)
  }

  @Test func aServerWithItsOwnCertificateIsUsedLikeAnyOther() throws {
    let site = try Site()
    let server = try site.server("--tls-self-signed")
    #expect(server.url.hasPrefix("https://"))
    let pinned = try access(site)["fingerprint"] as? String
    #expect(pinned?.count == 64)
    _ = try site.worker("secure")
    let id = try site.output("submit", "-o", "ids", "--", "echo", "through TLS")
    #expect(try site.banyan("wait", id).status == 0)
    #expect(try site.output("logs", id) == "through TLS")
    #expect(try site.output("workers").contains("secure"))

    // Other programs have the certificate; nothing older than 1.3 is spoken, and no plain text.
    let certificate = site.path("data/tls.crt")
    #expect(try curl(site, "--cacert", certificate, "\(server.url)/healthz").output.hasSuffix("200"))
    #expect(try curl(site, "\(server.url)/healthz").status == 60)
    #expect(try curl(site, "-k", "--tls-max", "1.2", "\(server.url)/healthz").status != 0)
    let plain = server.url.replacingOccurrences(of: "https", with: "http")
    #expect(try curl(site, "\(plain)/healthz").status != 0)

    // The certificate outlives a restart, and so does what clients pinned.
    let before = try access(site)["fingerprint"] as? String
    server.program.kill(SIGTERM)
    #expect(server.program.waits(for: 20))
    _ = try site.server("--tls-self-signed")
    let after = try access(site)["fingerprint"] as? String
    #expect(after == before)
    #expect(try site.output("tasks").contains("echo"))
  }

  @Test func anotherCertificateThanThePinnedOneIsRefusedInWords() throws {
    let site = try Site()
    let server = try site.server("--tls-self-signed")
    let text = "{\"url\": \"\(server.url)\", \"fingerprint\": \"\(String(repeating: "0", count: 64))\"}"
    try text.write(toFile: site.path("home/access.json"), atomically: true, encoding: .utf8)
    let listed = try site.banyan("list")
    #expect(listed.status == 69)
    #expect(listed.errors.contains("can't be trusted") && listed.errors.contains("access folder"), "\(listed.errors)")
  }

  @Test func aCertificateFromFilesWorksAndAMismatchIsTold() throws {
    let site = try Site()
    let made = try site.server("--tls-self-signed", "--access", site.path("maker-home"), data: "maker")
    made.program.kill(SIGTERM)
    #expect(made.program.waits(for: 20))
    let (certificate, key) = (site.path("maker/tls.crt"), site.path("maker/tls.key"))
    let server = try site.server("--tls-cert", certificate, "--tls-key", key)
    #expect(try curl(site, "--cacert", certificate, "\(server.url)/healthz").output.hasSuffix("200"))
    #expect(try site.banyan("list").status == 0)

    let wrong = try site.banyan(
      "server", "--port", "0", "--data", site.path("other"), "--tls-cert", certificate, "--tls-key", certificate)
    #expect(wrong.status != 0 && wrong.errors.contains(certificate), "\(wrong.errors)")
    for flags in [["--tls-cert", certificate], ["--tls-key", key, "--tls-cert", certificate, "--tls-self-signed"]] {
      let result = try site.run(Site.binary("banyan").path, ["server", "--port", "0"] + flags)
      #expect(result.status == 64, "\(result.errors)")
    }
  }
}
