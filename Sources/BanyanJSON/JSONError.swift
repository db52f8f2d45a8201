/// Why a JSON text was refused, and where.
public struct JSONError: Error, Sendable, Hashable {
  /// Why a text is refused.
  public enum Kind: Sendable, Hashable {
    /// Not JSON, or cut short, or something follows the value.
    case syntax
    /// More bytes than allowed.
    case tooLarge
    /// Nested deeper than allowed.
    case tooDeep
    /// More values than allowed.
    case tooManyValues
    /// An object has two members of the same key.
    case duplicateKey
    /// An integer past 64 bits or a real past the range of a double.
    case number
    /// Bytes that are not UTF-8.
    case encoding
    /// A NUL character (`\u0000`) in a string or a key.
    case nullCharacter
    /// No memory was left.
    case outOfMemory
  }

  /// Why the text was refused, for the program.
  public let kind: Kind
  /// What was wrong, in words, without the place.
  public let message: String
  /// The place where the reader stopped, in bytes from the start.
  public let byteOffset: Int
  /// The line, from 1 on.
  public let line: Int
  /// The column in characters, from 1 on; 0 where a line has just begun.
  public let column: Int

  /// An error at a place.
  public init(kind: Kind, message: String, byteOffset: Int, line: Int, column: Int) {
    self.kind = kind
    self.message = message
    self.byteOffset = byteOffset
    self.line = line
    self.column = column
  }
}

extension JSONError: CustomStringConvertible {
  /// What was wrong and where, in words.
  public var description: String {
    "\(message) (line \(line), column \(column), byte \(byteOffset))"
  }
}

extension JSONError {
  /// An error at `byteOffset` of `bytes`, whose line and column are counted here.
  init(_ kind: Kind, _ message: String, at byteOffset: Int, of bytes: UnsafeRawBufferPointer) {
    var line = 1
    var column = 1
    for byte in bytes.prefix(byteOffset) {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {  // not the continuation of a character
        column += 1
      }
    }
    self.init(kind: kind, message: message, byteOffset: byteOffset, line: line, column: column)
  }
}
