/// UTF-8 checked as it comes, in pieces of any size: a character may lie across two of them.
///
/// The ranges are those of the Unicode Standard, table 3-7 (well-formed byte sequences): no overlong forms, no
/// surrogates, nothing above U+10FFFF.
struct TextValidator {
  /// How many continuation bytes the character in hand still needs.
  private var needed = 0
  /// What the next continuation byte may be; narrower than 80...BF behind some lead bytes.
  private var allowed: ClosedRange<UInt8> = 0x80...0xBF

  /// True if no character is left half.
  var isComplete: Bool { needed == 0 }

  /// Takes the next piece; false as soon as the text can't be UTF-8 any more.
  mutating func accepts(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    while index < bytes.count {
      guard needed == 0 else {
        guard allowed.contains(bytes[index]) else { return false }
        allowed = 0x80...0xBF
        needed -= 1
        index += 1
        continue
      }
      while index + 8 <= bytes.count,
        bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      {
        index += 8
      }
      guard index < bytes.count else { break }
      guard start(bytes[index]) else { return false }
      index += 1
    }
    return true
  }

  /// Takes a byte that stands at the beginning of a character.
  private mutating func start(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x00...0x7F: return true
    case 0xC2...0xDF: needed = 1
    case 0xE0: (needed, allowed) = (2, 0xA0...0xBF)
    case 0xED: (needed, allowed) = (2, 0x80...0x9F)
    case 0xE1...0xEF: needed = 2
    case 0xF0: (needed, allowed) = (3, 0x90...0xBF)
    case 0xF4: (needed, allowed) = (3, 0x80...0x8F)
    case 0xF1...0xF3: needed = 3
    default: return false
    }
    return true
  }
}
