/// Counts what a JSON text would cost before it is parsed: `[],` three bytes long costs jansson 130 bytes,
/// and a nesting of 100,000 a deep stack.
///
/// The scan knows strings and escapes and nothing else. Up to the place where the parser would stop it sees
/// the same structure as the parser, so a text that gets past it stays within the limits.
enum JSONScan {
  private static let quote = UInt8(ascii: "\"")
  private static let backslash = UInt8(ascii: "\\")

  /// Why `bytes` exceed `limits`, or `nil`.
  static func refusal(of bytes: UnsafeRawBufferPointer, limits: JSONLimits) -> JSONError? {
    if bytes.count > limits.maxBytes {
      return JSONError(
        .tooLarge, "\(bytes.count) bytes of JSON, at most \(limits.maxBytes) are accepted", at: 0, of: bytes)
    }
    let maxDepth = min(limits.maxDepth, JSONLimits.deepest)
    var depth = 0
    var values = 1
    var position = 0
    let end = bytes.count
    while position < end {
      var isNewValue = false
      switch bytes[position] {
      case quote:
        position += 1
        while position < end, bytes[position] != quote {
          position += bytes[position] == backslash ? 2 : 1
        }
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        if depth > maxDepth {
          return JSONError(.tooDeep, "nested more than \(maxDepth) deep", at: position, of: bytes)
        }
        isNewValue = !isEmpty(bytes, from: position + 1)
      case UInt8(ascii: ","):
        isNewValue = true
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        depth -= 1
      default:
        break
      }
      if isNewValue {
        values += 1
        if values > limits.maxValues {
          return JSONError(.tooManyValues, "more than \(limits.maxValues) values", at: position, of: bytes)
        }
      }
      position += 1
    }
    return nil
  }

  /// Whether a list or object whose inside begins at `start` ends at once.
  private static func isEmpty(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Bool {
    var position = start
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): return true
      default: return false
      }
    }
    return false
  }
}
