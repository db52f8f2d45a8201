import BanyanStore
import Foundation
import StoreTestSupport
import TestSupport
import Testing
import X509

@testable import BanyanServer

@Suite struct SelfSignedCertificateTests {
  private static let now: Int64 = 1_800_000_000_000
  private static let day: Int64 = 86_400_000

  /// The fingerprint that a server shows which starts at this time.
  private static func fingerprint(_ folder: TestFolder, now: Int64 = now) throws -> String? {
    try ServerIdentity(.selfSigned, folder: folder.path, host: "10.1.2.3", now: now).fingerprint
  }

  @Test func `It is made once, for its owner alone, and kept while it is good`() throws {
    let folder = TestFolder()
    let first = try Self.fingerprint(folder)
    #expect(first?.count == 64)
    for file in ["tls.crt", "tls.key"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(file)")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
    #expect(try Self.fingerprint(folder) == first)
    #expect(try Self.fingerprint(folder, now: Self.now + 3_600 * Self.day) == first)
    // Less than thirty days are left.
    let second = try Self.fingerprint(folder, now: Self.now + 3_630 * Self.day)
    #expect(second != first)
    #expect(try Self.fingerprint(folder, now: Self.now + 3_630 * Self.day) == second)
  }

  @Test func `A file that is missing beside the other, is damaged or another's is refused, and never replaced`() throws
  {
    let (folder, other) = (TestFolder(), TestFolder())
    let first = try Self.fingerprint(folder)
    _ = try Self.fingerprint(other)
    let manager = FileManager.default
    for name in ["tls.crt", "tls.key"] {
      let path = "\(folder.path)/\(name)"
      let sound = try #require(manager.contents(atPath: path))
      let foreign = try #require(manager.contents(atPath: "\(other.path)/\(name)"))
      for broken: Data? in [nil, Data(), Data("nonsense".utf8), sound.prefix(sound.count / 2), foreign] {
        try manager.removeItem(atPath: path)
        if let broken { #expect(manager.createFile(atPath: path, contents: broken)) }
        let error = #expect(throws: IdentityError.self) { try Self.fingerprint(folder) }
        let words = error?.description ?? ""
        #expect(words.contains(path) && words.contains("restore") && words.contains("fingerprint"), "\(words)")
        #expect(manager.contents(atPath: path) == broken)
        #expect(manager.createFile(atPath: path, contents: sound))
        #expect(try Self.fingerprint(folder) == first)
      }
    }
    for name in ["tls.crt", "tls.key"] { try manager.removeItem(atPath: "\(folder.path)/\(name)") }
    #expect(try Self.fingerprint(folder) != first)
  }

  @Test func `That one is made is told; of one that is kept there is nothing to tell`() throws {
    let folder = TestFolder()
    func notices(now: Int64 = Self.now) throws -> [String] {
      var notices: [String] = []
      _ = try ServerIdentity(.selfSigned, folder: folder.path, host: "10.1.2.3", now: now) { notices.append($0) }
      return notices
    }
    let made = try notices()
    #expect(made.count == 1 && made.first?.contains("\(folder.path)/tls.crt") == true, "\(made)")
    #expect(try notices() == [])
    // A clock that is far behind is no reason for another.
    #expect(try notices(now: 0) == [])
    #expect(try notices(now: Self.now + 4_000 * Self.day).count == 1)
  }

  @Test(arguments: [0o644, 0o640, 0o604, 0o660]) func `A key that others can read is kept from them, and that is told`(
    mode: Int
  ) throws {
    let folder = TestFolder()
    let first = try Self.fingerprint(folder)
    let path = "\(folder.path)/tls.key"
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    var notices: [String] = []
    let identity = try ServerIdentity(.selfSigned, folder: folder.path, host: "10.1.2.3", now: Self.now) {
      notices.append($0)
    }
    #expect(identity.fingerprint == first)
    #expect(notices.count == 1 && notices.first?.contains(path) == true, "\(notices)")
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
  }

  /// Every call of a first start, and of one whose certificate has come to its end, fails in turn; then the process dies,
  /// or the machine.
  @Test(arguments: [nil, now - 4_000 * day])
  func `Whatever fails, the next start has a pair that fits`(madeAt: Int64?) throws {
    var random = SystemRandomNumberGenerator()
    func start(_ files: MemoryFiles, now: Int64 = Self.now) throws -> String? {
      try ServerIdentity(.selfSigned, folder: "/data", host: "10.1.2.3", now: now, files: files).fingerprint
    }
    let before = MemoryFiles()
    if let madeAt { _ = try start(before, now: madeAt) }
    let whole = before.afterKill()
    let first = try start(whole)
    #expect(first?.count == 64)
    #expect(try start(whole.afterPowerLoss(using: &random)) == first)
    for call in 1...whole.calls {
      let files = before.afterKill()
      files.inject(.init(call: call, reason: .full, lasts: true))
      let error = #expect(throws: StoreError.self) { try start(files) }
      #expect(error?.message.contains("/data") == true)
      for after in [files.afterKill(), files.afterPowerLoss(using: &random)] {
        let made = try start(after)
        #expect(made?.count == 64, "call \(call)")
        #expect(try start(after.afterPowerLoss(using: &random)) == made, "call \(call)")
      }
    }
  }

  @Test func `It names loopback, and what the server listens on`() throws {
    let folder = TestFolder()
    _ = try Self.fingerprint(folder)
    let certificate = try Certificate(pemEncoded: String(contentsOfFile: "\(folder.path)/tls.crt", encoding: .utf8))
    let names = try #require(try certificate.extensions.subjectAlternativeNames).map { "\($0)" }
    #expect(names.contains { $0.contains("localhost") })
    #expect(names.count >= 4)
    #expect(certificate.publicKey.isValidSignature(certificate.signature, for: certificate))
  }

  @Test func `A certificate that somebody gives is pinned only if it vouches for itself, and must fit its key`() throws
  {
    let (folder, other) = (TestFolder(), TestFolder())
    let own = try Self.fingerprint(folder)
    _ = try Self.fingerprint(other)
    func given(_ certificate: String, _ key: String) throws -> String? {
      try ServerIdentity(
        .files(certificate: certificate, key: key), folder: folder.path, host: "", now: Self.now
      ).fingerprint
    }
    #expect(try given("\(folder.path)/tls.crt", "\(folder.path)/tls.key") == own)
    for (certificate, key) in [
      ("\(folder.path)/tls.crt", "\(other.path)/tls.key"), ("\(folder.path)/none", "\(folder.path)/tls.key"),
      ("\(folder.path)/tls.key", "\(folder.path)/tls.key"), ("\(folder.path)/tls.crt", "\(folder.path)/none"),
    ] {
      #expect { try given(certificate, key) } throws: { error in
        "\(error)".contains(certificate) && "\(error)".contains(key)
      }
    }
  }
}
