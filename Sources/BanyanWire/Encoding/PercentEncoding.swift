/// Percent-encoding (RFC 3986, section 2.1) of what is put into a path or a query, and of what is taken out of a query.
public enum PercentEncoding {
  /// Why a text can't be decoded.
  public enum Failure: Error, Hashable, Sendable {
    /// It holds a `%` that no two hex digits follow.
    case noDigits
    /// It is not UTF-8 when it is decoded.
    case notUTF8
  }

  /// One segment of a path, or one name or value of a query.
  public static func encoded(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      if isUnreserved(byte) {
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return encoded
  }

  /// A query with its question mark, or nothing.
  public static func query(_ pairs: [(String, String)]) -> String {
    guard !pairs.isEmpty else { return "" }
    return "?" + pairs.map { "\(encoded($0))=\(encoded($1))" }.joined(separator: "&")
  }

  /// The pairs of a query without its question mark, in their order, decoded as forms are: `+` is a blank.
  public static func pairs(ofQuery query: some StringProtocol) throws(Failure) -> [(String, String)] {
    var pairs: [(String, String)] = []
    for part in query.split(separator: "&") {
      let key = part.prefix { $0 != "=" }
      let value = part.dropFirst(key.count + 1)
      pairs.append((try decoded(key), try decoded(value)))
    }
    return pairs
  }

  /// One name or value of a query, decoded as forms are: `+` is a blank.
  static func decoded(_ text: some StringProtocol) throws(Failure) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8.makeIterator()
    while let byte = rest.next() {
      switch byte {
      case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard let high = rest.next().flatMap(Hex.value(of:)), let low = rest.next().flatMap(Hex.value(of:)) else {
          throw .noDigits
        }
        bytes.append(high << 4 | low)
      default: bytes.append(byte)
      }
    }
    guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
    return decoded
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
