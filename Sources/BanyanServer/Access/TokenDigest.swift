import BanyanWire
import Crypto

/// Tokens and what is kept of them.
enum TokenDigest {
  /// A fresh token: 32 random bytes from the system, in base64 for URLs (43 characters).
  static func fresh() -> String {
    var system = SystemRandomNumberGenerator()
    return Base64.text(of: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &system) }, .url)
  }

  /// SHA-256 of a token, 32 bytes: all that the server keeps of it. A plain hash is enough, since a token is as random
  /// as a key, unlike a password.
  static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}
