import BanyanStore
import Crypto
import Foundation
import NIOCore
import SwiftASN1
import X509

/// The server's own certificate, `tls.crt` and `tls.key` in the data folder: made at the first start, and kept, so that
/// who pinned it finds it again. It is made anew where its time is over, and where neither file is there. One alone, or two
/// that don't belong together, are refused: a new certificate would shut out everybody who pinned the old one.
struct SelfSignedCertificate {
  /// The file of the certificate, in PEM.
  let path: String
  let keyPath: String
  /// The certificate and its private key, in PEM.
  let certificate: [UInt8]
  let key: [UInt8]

  /// How long a new one is good.
  private static let lifetime: TimeInterval = 10 * 365 * 86_400
  /// One that has less time left is made anew.
  private static let remainder: TimeInterval = 30 * 86_400

  /// - Parameters:
  ///   - folder: the data folder, which exists.
  ///   - host: what the server listens on.
  ///   - now: milliseconds since 1970.
  ///   - notice: takes what the server's operator should know.
  /// - Throws: why a file can't be read or written; ``IdentityError`` for files that nobody could use.
  init(
    in folder: String, host: String, now: Int64, files: any FileSystem = LocalFileSystem(),
    notice: (String) -> Void = { _ in }
  ) throws {
    path = "\(folder)/tls.crt"
    keyPath = "\(folder)/tls.key"
    let pair = CertificateFiles(folder: folder, files: files)
    let now = Date(timeIntervalSince1970: Double(now) / 1000)
    let known = try pair.read()
    if let known {
      if let words = try pair.makeKeyPrivate() { notice(words) }
      if known.notAfter >= now + Self.remainder {
        (certificate, key) = (known.certificate, known.key)
        return
      }
    }
    let fresh = Certificate.PrivateKey(P256.Signing.PrivateKey())
    key = Array(try fresh.serializeAsPEM().pemString.utf8)
    certificate = Array(
      try Self.certificate(of: fresh, names: Self.names(host), now: now).serializeAsPEM().pemString.utf8)
    try pair.write(certificate, key)
    let cause = known == nil ? "There was no certificate" : "The certificate's time is over"
    notice("\(cause): made \(path) and \(keyPath). Copies of the access folder need the new fingerprint.")
  }

  private static func certificate(
    of key: Certificate.PrivateKey, names: [GeneralName], now: Date
  ) throws -> Certificate {
    let name = try DistinguishedName { CommonName("banyan") }
    return try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
      // A client whose clock is behind accepts it too.
      notValidBefore: now - 86_400, notValidAfter: now + lifetime, issuer: name, subject: name,
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
        try ExtendedKeyUsage([.serverAuth])
        SubjectAlternativeNames(names)
      }, issuerPrivateKey: key)
  }

  /// What the server may be called: loopback, this machine's name, and what it listens on.
  private static func names(_ host: String) -> [GeneralName] {
    var names = ["localhost", "127.0.0.1", "::1"]
    for name in [machineName(), host] where !name.isEmpty && !names.contains(name) { names.append(name) }
    return names.compactMap { name in
      if let address = try? SocketAddress(ipAddress: name, port: 0) {
        return .ipAddress(ASN1OctetString(contentBytes: address.addressBytes[...]))
      }
      let isPlain = name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
          true
        default: false
        }
      }
      return isPlain ? .dnsName(name) : nil
    }
  }

  private static func machineName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension SocketAddress {
  /// 4 bytes, or 16; none of an address that is a path.
  fileprivate var addressBytes: [UInt8] {
    switch self {
    case .v4(let address): withUnsafeBytes(of: address.address.sin_addr) { Array($0) }
    case .v6(let address): withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
    case .unixDomainSocket: []
    }
  }
}
