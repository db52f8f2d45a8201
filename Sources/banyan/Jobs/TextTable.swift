import BanyanCore

/// A table in a text, its first line the names of the columns. Values are kept exactly as they stand there.
struct TextTable {
  let columns: [String]
  let rows: [[String]]

  /// Values with commas between them, in quotes where they hold commas, quotes (twice) or ends of lines (RFC 4180).
  init(csv text: String) throws { try self.init(records: Self.csvRecords(text)) }

  /// Values with tabs between them; a value holds neither tabs nor ends of lines.
  init(tsv text: String) throws {
    var records: [(line: Int, values: [String])] = []
    for (place, line) in InputFile.lines(of: text).enumerated() {
      // Not by characters: a carriage return and what stands before it may be one.
      var bytes = Array(line.utf8)
      if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
      guard !bytes.isEmpty else { continue }
      let values = bytes.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      records.append((place + 1, values.map { String(decoding: $0, as: UTF8.self) }))
    }
    try self.init(records: records)
  }

  private init(records: [(line: Int, values: [String])]) throws {
    guard let head = records.first else { throw UsageError("--each: no line; the first one names the columns") }
    var known: Set<CodePoints> = []
    for (place, name) in head.values.enumerated() {
      guard !name.isEmpty else { throw UsageError("--each: column \(place + 1) has no name in the first line") }
      guard known.insert(CodePoints(name)).inserted else {
        throw UsageError("--each: two columns are called '\(name)'; give each its own name")
      }
    }
    for record in records where record.values.count != head.values.count {
      throw UsageError(
        "--each: line \(record.line) has \(record.values.count) values, the first line names \(head.values.count) columns"
      )
    }
    columns = head.values
    rows = records.dropFirst().map(\.values)
  }

  private static func csvRecords(_ text: String) throws -> [(line: Int, values: [String])] {
    var reader = CSVReader(bytes: Array(text.utf8))
    var records: [(line: Int, values: [String])] = []
    while let record = try reader.next() {
      // An empty line is no record of one empty value.
      if record.values != [""] { records.append(record) }
    }
    return records
  }
}

/// Reads records of values with commas between them.
private struct CSVReader {
  let bytes: [UInt8]
  private var place = 0
  private var line = 1

  init(bytes: [UInt8]) {
    self.bytes = bytes
    // What some programs put in front of UTF-8 is no part of the first name.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
  }

  mutating func next() throws -> (line: Int, values: [String])? {
    guard place < bytes.count else { return nil }
    let start = line
    var values: [String] = []
    while true {
      let isQuoted = place < bytes.count && bytes[place] == UInt8(ascii: "\"")
      values.append(String(decoding: try isQuoted ? quoted() : plain(), as: UTF8.self))
      guard place < bytes.count else { return (start, values) }
      let mark = bytes[place]
      place += 1
      if mark == UInt8(ascii: ",") { continue }
      if mark == UInt8(ascii: "\r") { place += 1 }
      line += 1
      return (start, values)
    }
  }

  /// Whether a record ends here.
  private var isAtEnd: Bool {
    guard place < bytes.count else { return true }
    if bytes[place] == UInt8(ascii: "\n") { return true }
    return bytes[place] == UInt8(ascii: "\r") && place + 1 < bytes.count && bytes[place + 1] == UInt8(ascii: "\n")
  }

  private mutating func plain() -> ArraySlice<UInt8> {
    let start = place
    while !isAtEnd, bytes[place] != UInt8(ascii: ",") { place += 1 }
    return bytes[start..<place]
  }

  private mutating func quoted() throws -> ArraySlice<UInt8> {
    let start = line
    var value: ArraySlice<UInt8> = []
    place += 1
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "\"") {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else {
          guard isAtEnd || bytes[place] == UInt8(ascii: ",") else {
            throw UsageError(
              "--each: line \(line): something stands behind a value in quotes; quotes in it are doubled")
          }
          return value
        }
        place += 1
      } else if byte == UInt8(ascii: "\n") {
        line += 1
      }
      value.append(byte)
    }
    throw UsageError("--each: line \(start): a value in quotes has no end")
  }
}
