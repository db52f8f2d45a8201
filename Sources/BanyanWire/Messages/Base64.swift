/// Base64 (RFC 4648, section 4) for the bytes of logs, without Foundation.
public enum Base64 {
  private static let alphabet: [UInt8] = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")
  private static let invalid: UInt8 = 0xFF
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: invalid, count: 256)
    for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
    return values
  }()

  /// The text of `bytes`, padded.
  public static func text(of bytes: [UInt8]) -> String {
    let capacity = (bytes.count + 2) / 3 * 4
    return String(unsafeUninitializedCapacity: capacity) { text in
      alphabet.withUnsafeBufferPointer { alphabet in
        var place = 0
        for start in stride(from: 0, to: bytes.count, by: 3) {
          let left = bytes.count - start
          var group = UInt32(bytes[start]) << 16
          if left > 1 { group |= UInt32(bytes[start + 1]) << 8 }
          if left > 2 { group |= UInt32(bytes[start + 2]) }
          text[place] = alphabet[Int(group >> 18)]
          text[place + 1] = alphabet[Int(group >> 12 & 63)]
          text[place + 2] = left > 1 ? alphabet[Int(group >> 6 & 63)] : padding
          text[place + 3] = left > 2 ? alphabet[Int(group & 63)] : padding
          place += 4
        }
        return place
      }
    }
  }

  /// The bytes of `text`, or nil if it is not padded base64.
  public static func bytes(of text: String) -> [UInt8]? {
    var text = text
    return text.withUTF8 { letters in
      guard letters.count % 4 == 0 else { return nil }
      let padded = letters.suffix(2).count { $0 == padding }
      guard letters.dropLast(padded).allSatisfy({ values[Int($0)] != invalid }) else { return nil }
      return [UInt8](unsafeUninitializedCapacity: letters.count / 4 * 3) { bytes, count in
        for start in stride(from: 0, to: letters.count, by: 4) {
          var group: UInt32 = 0
          for letter in letters[start..<start + 4] {
            group = group << 6 | UInt32(letter == padding ? 0 : values[Int(letter)])
          }
          bytes[count] = UInt8(truncatingIfNeeded: group >> 16)
          bytes[count + 1] = UInt8(truncatingIfNeeded: group >> 8)
          bytes[count + 2] = UInt8(truncatingIfNeeded: group)
          count += 3
        }
        count -= padded
      }
    }
  }
}
