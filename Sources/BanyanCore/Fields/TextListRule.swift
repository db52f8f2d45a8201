/// What a list of strings has to be.
public struct TextListRule: Sendable {
  /// How many.
  public var count: ClosedRange<Int>
  /// The longest single one, in bytes.
  public var longest: Int
  /// All together, in bytes.
  public var total: Int

  /// So many strings, of so many bytes.
  public init(count: ClosedRange<Int>, longest: Int, total: Int) {
    self.count = count
    self.longest = longest
    self.total = total
  }

  /// The arguments of a program.
  public static let arguments = TextListRule(count: 1...65_536, longest: 131_071, total: 1 << 20)
}
