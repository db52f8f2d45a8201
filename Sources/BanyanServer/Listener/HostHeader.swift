import BanyanWire
import NIOHTTP1

/// What a request says of the host that it is for. Whoever could say two things at once, or something that is no host, would
/// be taken for one thing here and for another by a proxy in front.
enum HostHeader {
  case missing
  case sound
  /// Given twice, or no host and port.
  case unsound

  init(of head: HTTPRequestHead) {
    let values = head.headers["host"]
    guard let value = values.first else {
      self = .missing
      return
    }
    self = values.count == 1 && Self.isSound(value.trimmed) ? .sound : .unsound
  }

  /// A name, an IPv4 address or an IPv6 address in brackets, and perhaps a port (RFC 3986, section 3.2).
  static func isSound(_ value: String) -> Bool {
    let bytes = Array(value.utf8)
    let end: Int
    if bytes.first == UInt8(ascii: "[") {
      guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")), bracket > 1 else { return false }
      guard
        bytes[1..<bracket].allSatisfy({ Hex.value(of: $0) != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
        )
      else { return false }
      end = bracket + 1
    } else {
      end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
      guard end > 0, bytes[..<end].allSatisfy(isOfName) else { return false }
    }
    guard end < bytes.count else { return true }
    return bytes[end] == UInt8(ascii: ":") && bytes.count - end <= 6 && bytes[(end + 1)...].allSatisfy(isDigit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func isOfName(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      || "-._~!$&'()*+,;=%".utf8.contains(byte)
  }
}
