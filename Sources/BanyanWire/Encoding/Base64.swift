/// Base64 (RFC 4648) without Foundation, strict: what an encoder would not have written is not read.
public enum Base64 {
  /// The two sets of 64 letters, which differ in the last two and in the padding.
  public enum Alphabet: Sendable {
    /// With `+` and `/`, padded (section 4).
    case standard
    /// With `-` and `_`, without padding (section 5).
    case url

    fileprivate var letters: [UInt8] { self == .url ? Base64.urlLetters : Base64.standardLetters }
    fileprivate var values: [UInt8] { self == .url ? Base64.urlValues : Base64.standardValues }
  }

  private static let common = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
  private static let standardLetters = Array((common + "+/").utf8)
  private static let urlLetters = Array((common + "-_").utf8)
  private static let standardValues = values(of: standardLetters)
  private static let urlValues = values(of: urlLetters)
  private static let padding = UInt8(ascii: "=")
  private static let invalid: UInt8 = 0xFF

  private static func values(of letters: [UInt8]) -> [UInt8] {
    var values = [UInt8](repeating: invalid, count: 256)
    for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
    return values
  }

  /// The text of `bytes`.
  public static func text(of bytes: [UInt8], _ alphabet: Alphabet = .standard) -> String {
    String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text in
      bytes.withUnsafeBytes { write($0, alphabet, to: text) }
    }
  }

  /// Writes the text of `bytes` to the beginning of `text`, which has room for it, and tells how long it is.
  public static func write(
    _ bytes: UnsafeRawBufferPointer, _ alphabet: Alphabet, to text: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    let letters = alphabet.letters
    let isPadded = alphabet == .standard
    var place = 0
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let left = min(3, bytes.count - start)
      var group = UInt32(bytes[start]) << 16
      if left > 1 { group |= UInt32(bytes[start + 1]) << 8 }
      if left > 2 { group |= UInt32(bytes[start + 2]) }
      for digit in 0..<4 where digit <= left || isPadded {
        text[place] = digit <= left ? letters[Int(group >> UInt32(18 - 6 * digit) & 63)] : padding
        place += 1
      }
    }
    return place
  }

  /// The bytes of `text`, or nil if it is no base64 of this alphabet.
  public static func bytes(of text: some StringProtocol, _ alphabet: Alphabet = .standard) -> [UInt8]? {
    var letters = Array(text.utf8)[...]
    if alphabet == .standard {
      guard letters.count % 4 == 0 else { return nil }
      for _ in 0..<2 where letters.last == padding { letters.removeLast() }
    }
    guard letters.count % 4 != 1 else { return nil }
    let values = alphabet.values
    var bytes: [UInt8] = []
    bytes.reserveCapacity(letters.count / 4 * 3 + 2)
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for letter in letters {
      let value = values[Int(letter)]
      guard value != invalid else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    // Bits that are left over belong to no byte: an encoder leaves them zero.
    return bits & (1 << count - 1) == 0 ? bytes : nil
  }
}
