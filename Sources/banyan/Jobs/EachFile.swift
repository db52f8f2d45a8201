import BanyanCore
import BanyanJSON

/// A task for each line of a file: what `--each` says.
///
/// A plain line stands for `{}` in the arguments, or becomes the last of them (of a shell line: `$1`). JSON objects, and
/// files with a header (`.csv`, `.tsv`), give parameters by their names.
struct EachFile {
  /// What a plain line's parameter is called.
  static let lineColumn = "line"

  let columns: [String]
  let rows: [[String]]
  private let form: Form

  private enum Form {
    case lines, objects, table
  }

  /// - Parameter path: as it was typed; its ending tells how it is written.
  init(text: String, path: String) throws {
    let name = path.lowercased()
    if name.hasSuffix(".csv") || name.hasSuffix(".tsv") {
      let table = try name.hasSuffix(".csv") ? TextTable(csv: text) : TextTable(tsv: text)
      (columns, rows, form) = (table.columns, table.rows, .table)
    } else {
      let lines = InputFile.lines(of: text).enumerated().filter { !$0.element.isEmpty }
      if lines.first?.element.hasPrefix("{") == true {
        (columns, rows) = try Self.objects(lines.map { ($0.offset + 1, $0.element) })
        form = .objects
      } else {
        (columns, rows, form) = ([Self.lineColumn], lines.map { [$0.element] }, .lines)
      }
    }
    if let name = columns.first(where: { !ExportedEnvironment.isName($0) }) {
      throw UsageError(
        "--each: '\(name)' can't name a value: it becomes BANYAN_PARAM_\(name); use letters, digits and _")
    }
    guard rows.count <= FamilyParameters.maxTasks else {
      throw UsageError("--each: more than \(FamilyParameters.maxTasks) lines, which is the most tasks that one job has")
    }
    if let row = rows.firstIndex(where: { $0.contains { $0.utf8.contains(0) } }) {
      throw UsageError("--each: the value of task \(row + 1) holds a zero byte, which no argument and no variable can")
    }
  }

  /// Makes a form one of a task for each line.
  func spread(_ form: inout TaskForm) {
    form.parameters = .rows(columns: columns, rows: rows)
    switch self.form {
    case .table: break
    case .objects:
      // Variables under their own names too.
      for name in columns { form.environment[name] = "{\(name)}" }
    case .lines:
      let place = "{\(Self.lineColumn)}"
      switch form.work {
      case .program(let words):
        let filled = words.map { $0.replacing("{}", with: place) }
        form.work = .program(filled.contains { $0.contains(place) } ? filled : words + [place])
      case .shell(let command): form.work = .program(["/bin/sh", "-c", command, "sh", place])
      case nil: break
      }
    }
  }

  private static func objects(_ lines: [(number: Int, text: String)]) throws -> (columns: [String], rows: [[String]]) {
    var columns: [String] = []
    var places: [CodePoints: Int] = [:]
    var rows: [[String]] = []
    rows.reserveCapacity(lines.count)
    for (number, text) in lines {
      let document: JSONDocument
      do {
        document = try JSONDocument(parsing: Array(text.utf8))
      } catch {
        throw UsageError("--each: line \(number) begins like a JSON object and is none: \(error)")
      }
      guard document.root.isObject else {
        throw UsageError("--each: line \(number) is no JSON object, as the first line is; give one on every line")
      }
      let members = zip(document.root.members, RawValues.texts(inObject: text)).map { member, raw in
        (member.0, member.1.string ?? raw)
      }
      if rows.isEmpty {
        columns = members.map(\.0)
        for (place, name) in columns.enumerated() { places[CodePoints(name)] = place }
        guard !columns.isEmpty, !columns.contains("") else {
          throw UsageError("--each: line \(number): give every value a name, as in {\"step\": 0.1}")
        }
      }
      var row = [String?](repeating: nil, count: columns.count)
      for (name, value) in members {
        guard let place = places[CodePoints(name)] else {
          throw UsageError(
            "--each: line \(number) has '\(name)', which the first line has not; give all the same names")
        }
        row[place] = value
      }
      if let missing = row.firstIndex(of: nil) {
        throw UsageError("--each: line \(number) has no '\(columns[missing])', which the first line has")
      }
      rows.append(row.compactMap(\.self))
    }
    return (columns, rows)
  }
}

/// The values of an object as they were written: `1e-3` and `0.10` stay so.
private enum RawValues {
  /// - Parameter text: an object that was read already, so that its form is known to be right.
  static func texts(inObject text: String) -> [String] {
    var texts: [String] = []
    var depth = 0
    var isInString = false
    var isEscaped = false
    var value: [UInt8]?
    func end(_ value: inout [UInt8]?) {
      if let bytes = value { texts.append(trimmed(bytes)) }
      value = nil
    }
    for byte in text.utf8 {
      if isInString {
        isInString = isEscaped || byte != UInt8(ascii: "\"")
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        value?.append(byte)
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { end(&value) }
      case UInt8(ascii: ",") where depth == 1: end(&value)
      case UInt8(ascii: ":") where depth == 1:
        value = []
        continue
      default: break
      }
      value?.append(byte)
    }
    return texts
  }

  private static func trimmed(_ bytes: [UInt8]) -> String {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
    let start = bytes.firstIndex { !isBlank($0) } ?? bytes.endIndex
    let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}
