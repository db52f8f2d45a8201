import BanyanCore
import BanyanJSON

extension Filter {
  /// The most conditions in one filter, and the most that are not strings in one `$in`: the work for an item is
  /// bounded by them.
  public static let maxConditions = 1000

  /// Reads a filter that is a JSON value.
  /// - Parameters:
  ///   - node: the value.
  ///   - fields: those that it may name.
  ///   - place: what it is called in troubles.
  public init(_ node: JSONNode, fields: FieldSet, at place: String = "where") throws(Rejection) {
    var reader = FilterReader(fields: fields)
    self = try reader.filter(node, at: place)
  }

  /// Reads a filter that is JSON text, as in a URL.
  public init(text: String, fields: FieldSet, at place: String = "where") throws(Rejection) {
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: text)
    } catch {
      throw Rejection.field(place, "\(error); give a JSON object, as in {\"state\": \"running\"}")
    }
    self = try Filter(document.root, fields: fields, at: place)
  }
}

private struct FilterReader {
  let fields: FieldSet
  var conditions = 0
  /// Parts that the request's patterns may still come to.
  var allowance = Pattern.maxParts

  private static let groups = ["$and", "$or", "$nor", "$not"]
  private static let comparisons = [
    "$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$nin", "$exists", "$regex", "$options", "$not",
  ]

  mutating func filter(_ node: JSONNode, at place: String) throws(Rejection) -> Filter {
    guard node.isObject else {
      throw Rejection.field(place, "\(node.kindName); give an object, as in {\"state\": \"running\"}")
    }
    var parts: [Filter] = []
    for (key, value) in node.members {
      conditions += 1
      guard conditions <= Filter.maxConditions else {
        throw Rejection.field(place, "more than \(Filter.maxConditions) conditions; use $in for long lists")
      }
      let inner = "\(place).\(key)"
      switch key {
      case "$and": parts.append(.all(try list(value, at: inner)))
      case "$or": parts.append(.any(try list(value, at: inner)))
      case "$nor": parts.append(.not(.any(try list(value, at: inner))))
      case "$not": parts.append(.not(try filter(value, at: inner)))
      default:
        if key.utf8.first == UInt8(ascii: "$") {
          throw unknown(key, among: Self.groups, at: inner)
        }
        let path = try fields.path(key, at: inner)
        parts.append(.field(ListedField(path: path), try condition(value, on: path, at: inner)))
      }
    }
    if parts.count == 1, let only = parts.first { return only }
    return .all(parts)
  }

  private mutating func list(_ node: JSONNode, at place: String) throws(Rejection) -> [Filter] {
    guard node.isArray, node.count > 0 else {
      throw Rejection.field(place, "\(node.isArray ? "empty" : node.kindName); give a list of one filter or more")
    }
    var filters: [Filter] = []
    for (index, element) in node.elements.enumerated() { filters.append(try filter(element, at: "\(place).\(index)")) }
    return filters
  }

  /// Operators, or a value to be equal to.
  private mutating func condition(
    _ node: JSONNode, on path: FieldPath, at place: String
  ) throws(Rejection) -> Filter.Comparison {
    guard node.isObject, node.members.contains(where: { $0.key.utf8.first == UInt8(ascii: "$") }) else {
      return .equal(try operand(node, on: path, at: place))
    }
    var parts: [Filter.Comparison] = []
    for (key, value) in node.members {
      conditions += 1
      guard conditions <= Filter.maxConditions else {
        throw Rejection.field(place, "more than \(Filter.maxConditions) conditions; use $in for long lists")
      }
      let inner = "\(place).\(key)"
      switch key {
      case "$regex": parts.append(.matches(try pattern(value, options: node["$options"], at: place)))
      case "$options":
        guard node["$regex"] != nil else { throw Rejection.field(inner, "without a $regex; it says how that is read") }
      default: parts.append(try comparison(key, value, on: path, at: inner))
      }
    }
    if parts.count == 1, let only = parts.first { return only }
    return .all(parts)
  }

  private mutating func comparison(
    _ key: String, _ value: JSONNode, on path: FieldPath, at place: String
  ) throws(Rejection) -> Filter.Comparison {
    switch key {
    case "$eq": return .equal(try operand(value, on: path, at: place))
    case "$ne": return .not(.equal(try operand(value, on: path, at: place)))
    case "$lt": return .less(try ordered(value, on: path, at: place), orEqual: false)
    case "$lte": return .less(try ordered(value, on: path, at: place), orEqual: true)
    case "$gt": return .more(try ordered(value, on: path, at: place), orEqual: false)
    case "$gte": return .more(try ordered(value, on: path, at: place), orEqual: true)
    case "$in": return .among(try operands(value, on: path, at: place))
    case "$nin": return .not(.among(try operands(value, on: path, at: place)))
    case "$exists":
      guard let flag = value.bool else { throw Rejection.field(place, "\(value.kindName); give true or false") }
      return .exists(flag)
    case "$not":
      guard value.isObject, value.members.contains(where: { $0.key.utf8.first == UInt8(ascii: "$") }) else {
        throw Rejection.field(place, "\(value.kindName); give an object of operators, as in {\"$gt\": 1}")
      }
      return .not(try condition(value, on: path, at: place))
    default:
      if key.utf8.first != UInt8(ascii: "$") {
        throw Rejection.field(place, "a field beside operators; use a dotted path, as in \(path.name).\(key)")
      }
      throw unknown(key, among: Self.comparisons, at: place)
    }
  }

  /// `$regex`, and beside it perhaps `$options`.
  private mutating func pattern(
    _ node: JSONNode, options: JSONNode?, at place: String
  ) throws(Rejection) -> Pattern {
    guard let text = node.string else {
      throw Rejection.field("\(place).$regex", "\(node.kindName); give a string")
    }
    var ignoresCase = false
    if let options {
      guard let letters = options.string else {
        throw Rejection.field("\(place).$options", "\(options.kindName); give \"i\"")
      }
      guard letters.unicodeScalars.allSatisfy({ $0 == "i" }) else {
        throw Rejection.field("\(place).$options", "\(letters.prefix(16)); there is i alone, for either case")
      }
      ignoresCase = !letters.isEmpty
    }
    do {
      return try Pattern(text, ignoresCase: ignoresCase, allowance: &allowance)
    } catch {
      throw Rejection.field("\(place).$regex", error.description)
    }
  }

  private func unknown(_ key: String, among known: [String], at place: String) -> Rejection {
    let suggestion = Spelling.suggestion(for: key, among: known)
    return .field(place, "an unknown operator\(suggestion); there are \(known.joined(separator: ", "))")
  }

  /// A value that has an order.
  private func ordered(_ node: JSONNode, on path: FieldPath, at place: String) throws(Rejection) -> FieldValue {
    if node.isArray || node.isObject || node.isNull {
      throw Rejection.field(place, "\(node.kindName) has no order; give a string, a number or a date")
    }
    return try operand(node, on: path, at: place)
  }

  private func operands(_ node: JSONNode, on path: FieldPath, at place: String) throws(Rejection) -> OperandSet {
    guard node.isArray else { throw Rejection.field(place, "\(node.kindName); give a list of values") }
    var values: [FieldValue] = []
    values.reserveCapacity(node.count)
    for (index, element) in node.elements.enumerated() {
      values.append(try operand(element, on: path, at: "\(place).\(index)"))
    }
    let set = OperandSet(values)
    guard set.others.count <= Filter.maxConditions else {
      throw Rejection.field(place, "more than \(Filter.maxConditions) values that are not strings")
    }
    return set
  }

  /// A value to compare with. For a date, a string is read as one.
  private func operand(
    _ node: JSONNode, on path: FieldPath, at place: @autoclosure () -> String
  ) throws(Rejection) -> FieldValue {
    if let text = node.string {
      if path.isDate {
        guard let date = DateForm.milliseconds(text) else {
          throw Rejection.field(place(), DateForm.trouble(in: text))
        }
        return .date(date)
      }
      let isIdentifier = path.task?.shape == .identifier || path.task?.shape == .identifiers
      if isIdentifier, let identifier = Identifier(text) { return .identifier(identifier) }
    }
    return FieldValue(node)
  }
}

extension FieldValue {
  /// A JSON value as it stands.
  init(_ node: JSONNode) {
    if let text = node.string {
      self = .text(text)
    } else if let number = node.integer {
      self = .integer(number)
    } else if let number = node.double {
      self = .real(number)
    } else if let flag = node.bool {
      self = .bool(flag)
    } else if node.isArray {
      self = .list(node.elements.map { FieldValue($0) })
    } else if node.isObject {
      self = .object(node.members.map { Member($0.key, FieldValue($0.value)) })
    } else {
      self = .null
    }
  }
}
