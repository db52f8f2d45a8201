import BanyanWire
import Crypto

/// The proof that a server has read a handshake (RFC 6455, section 1.3). SHA-1 is the protocol's choice, and protects
/// nothing here.
enum WebSocketKey {
  static func accept(_ key: String) -> String {
    let text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    return Base64.text(of: Array(Insecure.SHA1.hash(data: Array(text.utf8))))
  }
}
