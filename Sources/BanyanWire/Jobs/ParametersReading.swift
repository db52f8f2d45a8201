import BanyanCore
import BanyanJSON

/// Reads what the tasks of a family differ in. What is kept of it is what was written: a range of a million numbers is one
/// entry, a matrix its axes.
enum ParametersReading {
  /// The most tasks of a job, and so of a family.
  static let maxTasks = Int(JobPlace.maxMembers)
  /// The most bytes of one task's names and values: as many as a task's environment may have, where they stand too.
  static let maxBytes = TextMapRule.environment.total
  /// The longest name of a parameter, in bytes.
  static let maxNameBytes = 128

  static func range(_ node: JSONNode, _ reader: inout FieldReader, _ path: String) -> Parameters? {
    guard let text = node.string else {
      let hint = node.wholeNumber.map { "; \"\($0)\" is the one number \($0), \"1-\($0)\" all up to it" } ?? ""
      reader.fail(path, node, "give a string\(hint.isEmpty ? ", as in \"1-100\" or \"0-9,20-30:2\"" : hint)")
      return nil
    }
    switch IndexRange.spans(of: text) {
    case .success(let spans): return .range(spans)
    case .failure(let trouble):
      reader.fail(path, trouble.words)
      return nil
    }
  }

  static func matrix(_ node: JSONNode, _ reader: inout FieldReader, _ path: String) -> Parameters? {
    guard node.isObject else {
      reader.fail(path, node, "give an object: axes, and a list of strings for each")
      return nil
    }
    guard node.count > 0 else {
      reader.fail(path, "no axes; give at least one, with a list of strings")
      return nil
    }
    let before = reader.issues.count
    var axes: [ParameterAxis] = []
    var widest = 0
    for (name, value) in node.members where !reader.isFull {
      let place = "\(path).\(name)"
      if let trouble = trouble(withName: name) { reader.fail(place, trouble) }
      guard value.isArray else {
        reader.fail(place, value, "give a list of strings")
        continue
      }
      if value.count == 0 { reader.fail(place, "no values; give at least one") }
      let values = texts(of: value, &reader, place)
      widest += name.utf8.count + (values.lazy.map(\.utf8.count).max() ?? 0)
      axes.append(ParameterAxis(name: name, values: values))
    }
    if widest > maxBytes { reader.fail(path, tooWide(widest)) }
    let parameters = Parameters.matrix(axes)
    if let trouble = trouble(withCount: parameters.count, "combinations") { reader.fail(path, trouble) }
    return reader.issues.count == before ? parameters : nil
  }

  static func rows(_ node: JSONNode, _ reader: inout FieldReader, _ path: String) -> Parameters? {
    let before = reader.issues.count
    reader.members(of: node, known: ["columns", "values"], path) { _, key, _ in key == "columns" || key == "values" }
    guard node.isObject else { return nil }
    let columns = columns(of: node, &reader, "\(path).columns")
    let values = values(of: node, columns, &reader, "\(path).values")
    return reader.issues.count == before ? .rows(columns: columns, values: values) : nil
  }

  private static func columns(of node: JSONNode, _ reader: inout FieldReader, _ path: String) -> [String] {
    guard let list = node["columns"] else {
      reader.fail(path, "missing; give a list of the parameters' names")
      return []
    }
    guard list.isArray, list.count > 0 else {
      reader.fail(path, list.isArray ? "no columns; give at least one" : "\(list.kindName); give a list of names")
      return []
    }
    var columns: [String] = []
    var seen: Set<CodePoints> = []
    for (index, element) in list.elements.enumerated() where !reader.isFull {
      let place = "\(path).\(index)"
      guard let name = element.string else {
        reader.fail(place, element, "give a name")
        continue
      }
      if let trouble = trouble(withName: name) { reader.fail(place, trouble) }
      if !seen.insert(CodePoints(name)).inserted {
        reader.fail(place, "\(name) stands in it twice; name each column once")
      }
      columns.append(name)
    }
    return columns
  }

  private static func values(
    of node: JSONNode, _ columns: [String], _ reader: inout FieldReader, _ path: String
  ) -> [String] {
    guard let list = node["values"] else {
      reader.fail(path, "missing; give a list of rows, each a list of strings")
      return []
    }
    guard list.isArray, list.count > 0 else {
      reader.fail(path, list.isArray ? "no rows; give at least one" : "\(list.kindName); give a list of rows")
      return []
    }
    if let trouble = trouble(withCount: list.count, "rows") {
      reader.fail(path, trouble)
      return []
    }
    // Asked of the document: a name that is no good is a column all the same.
    let width = node["columns"].map { $0.isArray ? $0.count : 0 } ?? 0
    let head = columns.reduce(0) { $0 + $1.utf8.count }
    var all: [String] = []
    all.reserveCapacity(list.count * max(1, width))
    for (index, row) in list.elements.enumerated() where !reader.isFull {
      let place = "\(path).\(index)"
      guard row.isArray else {
        reader.fail(place, row, "give a list of strings, one for each column")
        continue
      }
      guard row.count == width || width == 0 else {
        reader.fail(
          place, "\(row.count) value\(row.count == 1 ? "" : "s") for \(width) column\(width == 1 ? "" : "s")")
        continue
      }
      let texts = texts(of: row, &reader, place)
      let size = texts.reduce(head) { $0 + $1.utf8.count }
      if size > maxBytes { reader.fail(place, tooWide(size)) }
      all += texts
    }
    return all
  }

  /// Values are texts: a number that was written 0.10 would come out as another.
  private static func texts(of list: JSONNode, _ reader: inout FieldReader, _ path: String) -> [String] {
    var texts: [String] = []
    texts.reserveCapacity(list.count)
    for (index, element) in list.elements.enumerated() where !reader.isFull {
      if let text = element.string {
        if text.hasNUL { reader.fail("\(path).\(index)", "it has a NUL in it; leave it out") }
        texts.append(text)
        continue
      }
      let isWritten = element.double != nil || element.bool != nil
      let remedy = isWritten ? "in quotes: \"\(element.value.encodedString())\"" : "as a string"
      reader.fail(
        "\(path).\(index)", "\(element.kindName); values are texts, kept as they are written: give it \(remedy)")
    }
    return texts
  }

  private static func trouble(withName name: String) -> String? {
    guard TextMapRule.environment.isVariable(name) else {
      return "no name of a variable, and each task has BANYAN_PARAM_ and this name in its environment; "
        + "use letters, digits and _, not a digit first"
    }
    guard name.utf8.count > maxNameBytes else { return nil }
    return "a name of \(name.utf8.count) bytes; give at most \(maxNameBytes)"
  }

  /// - Parameter count: nil: more than a number holds.
  static func trouble(withCount count: Int?, _ what: String) -> String? {
    guard let count else { return "more \(what) than can be counted; a job has at most \(maxTasks) tasks" }
    return count > maxTasks ? "\(count) \(what); a job has at most \(maxTasks) tasks" : nil
  }

  private static func tooWide(_ size: Int) -> String {
    "\(size) bytes of names and values for one task; give at most \(maxBytes)"
  }
}
