/// Rows of RFC 4180: commas, quotes where they are needed, CR LF behind each row.
public enum CSVText {
  /// Appends a row.
  public static func append(_ fields: [String], to text: inout [UInt8]) {
    for (place, field) in fields.enumerated() {
      if place > 0 { text.append(UInt8(ascii: ",")) }
      append(field, to: &text)
    }
    text.append(contentsOf: [UInt8(ascii: "\r"), UInt8(ascii: "\n")])
  }

  private static func append(_ field: String, to text: inout [UInt8]) {
    let needsQuotes = field.utf8.contains { byte in
      byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\r")
        || byte == UInt8(ascii: "\n")
    }
    guard needsQuotes else { return text.append(contentsOf: field.utf8) }
    text.append(UInt8(ascii: "\""))
    for byte in field.utf8 {
      if byte == UInt8(ascii: "\"") { text.append(byte) }
      text.append(byte)
    }
    text.append(UInt8(ascii: "\""))
  }
}
