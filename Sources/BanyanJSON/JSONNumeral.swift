/// A number as it is written. It holds what no `Int64` and no `Double` does: an integer of thirty digits, `1e400`.
public struct JSONNumeral: Sendable, Hashable {
  /// The number as it was written, digit by digit.
  public let text: String

  /// A number's text; nil if it is none of JSON's (RFC 8259, section 6).
  public init?(_ text: String) {
    var rest = text.utf8[...]
    Self.skip("-", &rest)
    if Self.skip("0", &rest) == false, Self.skipDigits(&rest) == 0 { return nil }
    if Self.skip(".", &rest), Self.skipDigits(&rest) == 0 { return nil }
    if Self.skip("e", &rest) || Self.skip("E", &rest) {
      if Self.skip("+", &rest) == false { Self.skip("-", &rest) }
      if Self.skipDigits(&rest) == 0 { return nil }
    }
    guard rest.isEmpty else { return nil }
    self.text = text
  }

  @discardableResult
  private static func skip(_ mark: Unicode.Scalar, _ rest: inout Substring.UTF8View) -> Bool {
    guard rest.first == UInt8(ascii: mark) else { return false }
    rest.removeFirst()
    return true
  }

  /// How many digits there were.
  private static func skipDigits(_ rest: inout Substring.UTF8View) -> Int {
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
    rest.removeFirst(digits)
    return digits
  }
}

extension JSONObjectWriter {
  /// Sets the member `key` to a number as it was written.
  public mutating func set(_ key: StaticString, _ numeral: JSONNumeral) {
    output.member(key)
    output.write(numeral)
  }
}
