/// What an object of strings has to be.
public struct TextMapRule: Sendable {
  /// How many members at most.
  public var count: Int
  /// Names and values together, in bytes.
  public var total: Int
  /// Names are those of variables: `[A-Za-z_][A-Za-z0-9_]*`.
  public var namesVariables: Bool

  /// So many members, of so many bytes.
  public init(count: Int, total: Int, namesVariables: Bool) {
    self.count = count
    self.total = total
    self.namesVariables = namesVariables
  }

  /// The variables of a task's environment: any number, 64 KiB together.
  public static let environment = TextMapRule(count: .max, total: 64 << 10, namesVariables: true)
  /// The labels of a task: 32 of them, 64 KiB together.
  public static let labels = TextMapRule(count: 32, total: 64 << 10, namesVariables: false)

  /// Whether a variable may be called so.
  public func isVariable(_ name: String) -> Bool {
    var isFirst = true
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): break
      case UInt8(ascii: "0")...UInt8(ascii: "9") where !isFirst: break
      default: return false
      }
      isFirst = false
    }
    return !isFirst
  }
}
