import BanyanStore
import Foundation
import X509

/// The two files of the server's own certificate. `tls.new` holds both while they are written: a crash between the two
/// leaves it, and the next start finishes what was begun.
struct CertificateFiles {
  /// A certificate and its private key, in PEM, which belong together.
  struct Pair {
    let certificate: [UInt8]
    let key: [UInt8]
    /// When the certificate's time is over.
    let notAfter: Date
  }

  private static let maxBytes = 64 << 10
  private let certificate: PrivateFile
  private let key: PrivateFile
  private let both: PrivateFile

  /// - Parameter folder: the data folder, which exists.
  init(folder: String, files: any FileSystem) {
    certificate = PrivateFile("\(folder)/tls.crt", files: files)
    key = PrivateFile("\(folder)/tls.key", files: files)
    both = PrivateFile("\(folder)/tls.new", files: files)
  }

  /// What is there; nil: neither file is.
  /// - Throws: why a file can't be read; ``IdentityError`` for one that is missing beside the other, or damaged, and for
  ///   two that don't belong together.
  func read() throws -> Pair? {
    if let begun = try both.read(atMost: 2 * Self.maxBytes) { try finish(begun) }
    switch (try certificate.read(atMost: Self.maxBytes), try key.read(atMost: Self.maxBytes)) {
    case (nil, nil): return nil
    case (nil, _?): throw Self.refusal("\(certificate.path) is missing beside \(key.path)", restore: certificate)
    case (_?, nil): throw Self.refusal("\(key.path) is missing beside \(certificate.path)", restore: key)
    case (let certificate?, let key?): return try pair(certificate, key)
    }
  }

  /// Keeps the key from others than its owner.
  /// - Returns: what the server's operator should know; nil: it was its owner's alone.
  func makeKeyPrivate() throws -> String? { try key.makePrivate() }

  /// Puts a pair in the place of what is there: both files, or neither, whenever the machine stops.
  func write(_ certificate: [UInt8], _ key: [UInt8]) throws {
    let begun = key + Array("\n".utf8) + certificate
    try both.write(begun)
    try finish(begun)
  }

  private func finish(_ begun: [UInt8]) throws {
    let text = String(decoding: begun, as: UTF8.self)
    guard let start = text.range(of: "-----BEGIN CERTIFICATE-----")?.lowerBound else {
      throw IdentityError(description: "\(both.path) is damaged; remove it, and the certificate is as it was before")
    }
    try key.write(Array(text[..<start].utf8))
    try certificate.write(Array(text[start...].utf8))
    try both.remove()
  }

  private func pair(_ certificate: [UInt8], _ key: [UInt8]) throws -> Pair {
    let (shown, secret): (Certificate, Certificate.PrivateKey)
    do {
      shown = try Certificate(pemEncoded: String(decoding: certificate, as: UTF8.self))
    } catch {
      throw Self.refusal("\(self.certificate.path) is damaged: \(error)", restore: self.certificate)
    }
    do {
      secret = try Certificate.PrivateKey(pemEncoded: String(decoding: key, as: UTF8.self))
    } catch {
      throw Self.refusal("\(self.key.path) is damaged: \(error)", restore: self.key)
    }
    guard secret.publicKey == shown.publicKey else {
      throw IdentityError(
        description:
          "\(self.key.path) is not the key of \(self.certificate.path); restore the one that was changed, or \(Self.remedy)"
      )
    }
    return Pair(certificate: certificate, key: key, notAfter: shown.notValidAfter)
  }

  private static let remedy =
    "remove both for a new certificate: its fingerprint is another one, and copies of the access folder need it"

  private static func refusal(_ what: String, restore file: PrivateFile) -> IdentityError {
    IdentityError(description: "\(what); restore \(file.path), or \(remedy)")
  }
}
