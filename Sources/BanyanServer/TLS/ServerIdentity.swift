import BanyanStore
import BanyanWire
import Crypto
import NIOSSL
import X509

/// What the server shows to prove who it is, where it speaks TLS.
struct ServerIdentity: Sendable {
  /// TLS 1.3 and nothing older.
  let configuration: TLSConfiguration
  /// The SHA-256 digest of the certificate in hex, where nobody else vouches for it: clients pin it.
  let fingerprint: String?

  /// - Parameters:
  ///   - folder: the data folder, where a certificate of the server's own lies.
  ///   - host: what it listens on.
  ///   - now: milliseconds since 1970.
  ///   - files: what the data folder is read and written with.
  ///   - notice: takes what the server's operator should know.
  /// - Throws: what the file system says of the data folder; ``IdentityError`` for a pair that can't be used.
  init(
    _ tls: ServerTLS, folder: String, host: String, now: Int64, files: any FileSystem = LocalFileSystem(),
    notice: (String) -> Void = { _ in }
  ) throws {
    switch tls {
    case .files(let certificate, let key):
      try self.init(certificate, key) {
        (try NIOSSLCertificate.fromPEMFile(certificate), try NIOSSLPrivateKey(file: key, format: .pem))
      }
    case .selfSigned:
      let made = try SelfSignedCertificate(in: folder, host: host, now: now, files: files, notice: notice)
      try self.init(made.path, made.keyPath) {
        (try NIOSSLCertificate.fromPEMBytes(made.certificate), try NIOSSLPrivateKey(bytes: made.key, format: .pem))
      }
    }
  }

  /// - Parameters: where the certificate and its key lie, and how they are read.
  private init(
    _ path: String, _ keyPath: String, read: () throws -> ([NIOSSLCertificate], NIOSSLPrivateKey)
  ) throws {
    do {
      let (chain, key) = try read()
      guard let leaf = chain.first else { throw IdentityError(description: "\(path) holds no certificate in PEM") }
      let der = try leaf.toDERBytes()
      let parsed = try Certificate(derEncoded: der)
      fingerprint = parsed.issuer == parsed.subject ? Hex.text(of: SHA256.hash(data: der)) : nil
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map(NIOSSLCertificateSource.certificate), privateKey: .privateKey(key))
      configuration.minimumTLSVersion = .tlsv13
      // For the other side to answer the end of the conversation.
      configuration.shutdownTimeout = .seconds(2)
      // Finds out now whether the key is the certificate's.
      _ = try NIOSSLContext(configuration: configuration)
      self.configuration = configuration
    } catch let error as IdentityError {
      throw error
    } catch {
      throw IdentityError(
        description: "the certificate \(path) with the key \(keyPath) can't be used: \(error); both must be PEM files")
    }
  }
}

/// Why the server can't prove who it is.
struct IdentityError: Error, CustomStringConvertible {
  let description: String
}

/// How a server speaks TLS.
public enum ServerTLS: Hashable, Sendable {
  /// With a certificate and its key, both PEM files.
  case files(certificate: String, key: String)
  /// With a certificate of its own making, which lies in the data folder.
  case selfSigned
}
