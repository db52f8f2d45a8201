/// What members of families are called: `fit[0.1,50]`.
enum FamilyName {
  /// Characters of a value that a name shows. The value itself is never cut.
  static let maxValue = 40

  /// The name of the member with these values.
  static func text(_ family: String, _ values: [String]) -> String {
    limited("\(family)[\(values.map(shown).joined(separator: ","))]")
  }

  /// The same of one whose name others have too.
  static func text(_ name: String, member: UInt32) -> String {
    let number = "#\(member)"
    return String(name.unicodeScalars.prefix(256 - number.utf8.count)) + number
  }

  private static func shown(_ value: String) -> String {
    guard value.utf8.count > maxValue, value.unicodeScalars.count > maxValue else { return value }
    return String(String.UnicodeScalarView(value.unicodeScalars.prefix(maxValue - 1))) + "…"
  }

  /// Names of tasks have at most 256 characters.
  private static func limited(_ name: String) -> String {
    guard name.utf8.count > 256, name.unicodeScalars.count > 256 else { return name }
    return String(String.UnicodeScalarView(name.unicodeScalars.prefix(254))) + "…]"
  }

  /// Which members' names would be equal to those of others of their family, by their offsets, sorted.
  static func ambiguous(_ name: String?, _ parameters: Parameters?, count: Int) -> [UInt32] {
    guard let name, let parameters, count > 1, mayCollide(parameters) else { return [] }
    var first: [CodePoints: UInt32] = [:]
    first.reserveCapacity(count)
    var found: Set<UInt32> = []
    for offset in 0..<UInt32(count) {
      let key = CodePoints(text(name, parameters.values(at: Int(offset))))
      if let other = first[key] {
        found.insert(other)
        found.insert(offset)
      } else {
        first[key] = offset
      }
    }
    return found.sorted()
  }

  /// Whether it has to be looked at: of a matrix of short values without commas each name is another.
  private static func mayCollide(_ parameters: Parameters) -> Bool {
    switch parameters {
    case .range: false
    case .rows: true
    case .matrix(let axes):
      axes.contains { axis in
        axis.values.contains { $0.utf8.count > 24 || $0.utf8.contains(UInt8(ascii: ",")) }
          || Set(axis.values.map { CodePoints($0) }).count < axis.values.count
      } || axes.count > 8
    }
  }
}
