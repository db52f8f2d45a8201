import Glibc

/// A text that is told from others by its code points. Swift's own strings are equal where Unicode calls them equivalent
/// (`é` as one code point or as two); here those are two names, two labels, two keys.
public struct CodePoints: Hashable, Sendable, Comparable, ExpressibleByStringInterpolation, CustomStringConvertible {
  /// As it was given.
  public let text: String

  /// A text as it is, whatever its form of normalization.
  public init(_ text: String) { self.text = text }

  /// A text that stands in the program.
  public init(stringLiteral text: String) { self.text = text }

  /// As it was given.
  public var description: String { text }

  /// Two are equal if the bytes of their UTF-8 are.
  public static func == (left: CodePoints, right: CodePoints) -> Bool { left.text.isSame(as: right.text) }

  /// In the order of code points, which is that of the bytes of UTF-8.
  public static func < (left: CodePoints, right: CodePoints) -> Bool { left.text.codePointOrder(to: right.text) < 0 }

  /// Hashes the bytes of UTF-8, by which texts are equal.
  public func hash(into hasher: inout Hasher) {
    if text.utf8.withContiguousStorageIfAvailable({ hasher.combine(bytes: UnsafeRawBufferPointer($0)) }) == nil {
      for byte in text.utf8 { hasher.combine(byte) }
    }
    hasher.combine(0xFF as UInt8)
  }
}

extension String {
  /// Whether another text has the same code points.
  public func isSame(as other: String) -> Bool {
    utf8.count == other.utf8.count && codePointOrder(to: other) == 0
  }

  /// How this stands to another text by code points: negative: before it, 0: the same, positive: behind it.
  public func codePointOrder(to other: String) -> Int {
    let order = utf8.withContiguousStorageIfAvailable { left in
      other.utf8.withContiguousStorageIfAvailable { right in
        let common = min(left.count, right.count)
        if common > 0, let one = left.baseAddress, let two = right.baseAddress {
          let difference = memcmp(one, two, common)
          if difference != 0 { return Int(difference) }
        }
        return left.count - right.count
      }
    }
    if let order, let order { return order }
    return utf8.elementsEqual(other.utf8) ? 0 : utf8.lexicographicallyPrecedes(other.utf8) ? -1 : 1
  }
}

extension String? {
  /// Whether another text has the same code points, or neither is there.
  func isSame(as other: String?) -> Bool { map { CodePoints($0) } == other.map { CodePoints($0) } }
}
