/// What a list of strings has to be.
public struct TextListRule: Sendable {
  /// How many strings there may be.
  public var count: ClosedRange<Int>
  /// The longest single string, in bytes of UTF-8.
  public var maxElementLength: Int
  /// All together, in bytes.
  public var total: Int

  /// So many strings, of so many bytes.
  public init(count: ClosedRange<Int>, maxElementLength: Int, total: Int) {
    self.count = count
    self.maxElementLength = maxElementLength
    self.total = total
  }

  /// The arguments of a program.
  public static let arguments = TextListRule(count: 1...65_536, maxElementLength: 131_071, total: 1 << 20)
}
