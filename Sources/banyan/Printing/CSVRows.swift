import BanyanJSON

/// Documents as comma-separated values (RFC 4180): a column a member, those of objects with a dot between.
enum CSVRows {
  /// The lines, the titles first: the members in the order in which they first come.
  static func lines(of items: [JSON]) -> [String] {
    let rows = items.map(flat)
    var columns: [String] = []
    var seen: Set<String> = []
    for row in rows { for (name, _) in row where seen.insert(name).inserted { columns.append(name) } }
    guard !columns.isEmpty else { return [] }
    let bodies = rows.map { row in
      let own = Dictionary(row) { first, _ in first }
      return columns.map { quoted(own[$0] ?? "") }.joined(separator: ",")
    }
    return [columns.map(quoted).joined(separator: ",")] + bodies
  }

  private static func flat(_ item: JSON) -> [(String, String)] {
    (item.object ?? [:]).flatMap { key, value -> [(String, String)] in
      guard let members = value.object else { return [(key, word(value))] }
      return flat(.object(members)).map { ("\(key).\($0.0)", $0.1) }
    }
  }

  private static func word(_ value: JSON) -> String {
    if value.isNull { return "" }
    return value.string ?? value.encodedString()
  }

  private static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") && $0 >= 0x20 }
    if isPlain { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars { quoted += scalar == "\"" ? "\"\"" : String(scalar) }
    return quoted + "\""
  }
}
